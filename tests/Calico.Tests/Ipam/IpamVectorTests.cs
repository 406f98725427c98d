using System.Net;
using System.Text.Json;
using Calico.Datastore;
using Calico.Datastore.Memory;
using Calico.Ipam;
using Calico.Model.Addresses;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Calico.Model.Store;
using Calico.Tests.Support;

namespace Calico.Tests.Ipam;

/// <summary>Cases of Calico's own tests of IPAM (libcalico-go/lib/ipam/ipam_test.go) whose features exist here.</summary>
public sealed class IpamVectorTests
{
    public static TheoryData<string> PoolCases => Cases("determine_pools");

    public static TheoryData<string> AssignCases => [.. Cases("auto_assign").Select(row => row.Data)
        .Where(row => !row.Contains("AllowedUses", StringComparison.Ordinal) && Parse(row).GetProperty("clean_first").GetBoolean())];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(PoolCases))]
    public async Task The_pools_of_a_request_are_those_Calico_would_use(string row)
    {
        var json = Parse(row);
        await using var store = new MemoryStore();
        var fixture = new IpamFixture(store);
        var labels = json.GetProperty("node_labels").EnumerateObject().Select(label => KeyValuePair.Create(label.Name, label.Value.GetString() ?? ""));
        await fixture.AddNodeAsync("host", labels: new(labels));
        var cidrs = json.GetProperty("pool_cidrs").EnumerateArray().Select(Network).ToList();
        var requested = new List<IPNetwork>();
        for (var i = 0; i < 2; i++)
        {
            var pool = new Resource<IPPoolSpec>(Kinds.IPPool, new() { Name = $"pool{i + 1}" }, new()
            {
                Cidr = cidrs[i],
                Disabled = !json.GetProperty($"pool{i + 1}_enabled").GetBoolean(),
                NodeSelector = json.GetProperty($"pool{i + 1}_selector").GetString(),
            });
            (await fixture.Resources.CreateAsync(pool, Cancellation)).OrThrow();
            if (json.GetProperty($"request_pool{i + 1}").GetBoolean())
                requested.Add(cidrs[i]);
        }

        var isIPv4 = json.GetProperty("family").GetInt32() == 4;
        var outcome = await fixture.Ipam.AssignAsync(
            new() { Host = "host", HandleId = "h", IPv4 = isIPv4 ? 1 : 0, IPv6 = isIPv4 ? 0 : 1, Pools = requested.Count == 0 ? null : requested }, Cancellation);

        var expected = json.GetProperty("expected_pools").EnumerateArray().Select(Network).ToList();
        if (json.GetProperty("expect_error").GetBoolean())
            Assert.IsType<AssignOutcome.Refused>(outcome);
        else
            Assert.Contains(Assert.Single(Assert.IsType<AssignOutcome.Assigned>(outcome).Addresses).Pool, expected);
    }

    [Theory]
    [MemberData(nameof(AssignCases))]
    public async Task As_many_addresses_are_given_as_Calico_would_give(string row)
    {
        var json = Parse(row);
        await using var store = new MemoryStore();
        var fixture = new IpamFixture(store);
        foreach (var pool in json.GetProperty("pools").EnumerateArray())
            await fixture.AddPoolAsync(pool.GetProperty("CIDR").GetString()?.Replace('/', '-').Replace(':', '-') ?? "", $"{Network(pool.GetProperty("CIDR"))}", pool.GetProperty("BlockSize").GetInt32());
        if (json.GetProperty("max_blocks_per_host").GetInt32() is > 0 and var limit)
            await store.CommitAsync([StoreWrite.Put(StoreKeys.IpamConfiguration, System.Text.Encoding.UTF8.GetBytes($$"""{"auto_allocate_blocks":true,"maxBlocksPerHost":{{limit}}}"""))], Cancellation);
        var (ipv4, ipv6) = (json.GetProperty("num4").GetInt32(), json.GetProperty("num6").GetInt32());

        var given = await fixture.AssignAsync(new()
        {
            Host = json.GetProperty("host").GetString() ?? "",
            HandleId = "h",
            IPv4 = ipv4,
            IPv6 = ipv6,
            Pools = [Network(json.GetProperty("use_pool"))],
        });

        Assert.Equal((ipv4, ipv6), (given.Count(assigned => assigned.Address.IsIPv4), given.Count(assigned => !assigned.Address.IsIPv4)));
        Assert.Equal(ipv4 + ipv6, (await fixture.AuditAsync()).Count);
    }

    private static TheoryData<string> Cases(string check) =>
        [.. File.ReadLines(Path.Combine(Repository.Root, "tests/Calico.Tests/Vectors/ipam.jsonl")).Where(row => Parse(row).GetProperty("check").GetString() == check)];

    private static JsonElement Parse(string row) => JsonDocument.Parse(row).RootElement;

    /// <summary>Calico's tests write pools with host bits here and there; its client masks them.</summary>
    private static IPNetwork Network(JsonElement text) => InterfaceAddress.Parse(text.GetString() ?? "").Subnet;
}
