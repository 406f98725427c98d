using System.Net;
using Calico.Datastore;
using Calico.Ipam;
using Calico.Model.Addresses;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Calico.Model.Store;
using Calico.Tests.Support;

namespace Calico.Tests.Ipam;

public abstract class IpamCheckTests(StorePlace place) : EachStore(place)
{
    private static readonly DateTimeOffset Later = TimeProvider.System.GetUtcNow() + TimeSpan.FromHours(1);

    private IPAddress _address = IPAddress.None;

    private IpamFixture Fixture => field ??= new(Store);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        await Fixture.AddNodeAsync("a");
        await Fixture.AddPoolAsync("pool", "10.0.0.0/24", blockSize: 28);
        _address = await Fixture.AssignOneAsync("a", "one");
    }

    [Fact]
    public async Task Books_that_agree_have_no_findings()
    {
        var findings = await CheckAsync(Later, Endpoint("x", $"{_address}/32"));

        Assert.Equal(0, findings.Count);
    }

    [Fact]
    public async Task An_address_that_no_endpoint_has_is_a_leak_once_its_endpoint_has_had_time_to_come()
    {
        Assert.Empty((await CheckAsync(TimeProvider.System.GetUtcNow())).Leaks);

        var leak = Assert.Single((await CheckAsync(Later)).Leaks);

        Assert.Equal(_address, leak.Owner.Address);
        Assert.Equal("no endpoint on a or elsewhere has it", leak.Evidence);
    }

    [Fact]
    public async Task An_address_that_cools_down_or_is_of_a_nodes_tunnel_is_no_leak()
    {
        await Fixture.AssignOneAsync("a", "vxlan-tunnel-addr-a");
        Assert.Null(await IpamConfiguration.ChangeAsync(Store, now => now with { CooldownSeconds = 60 }, Cancellation));
        Fixture.Restart();
        await Fixture.Ipam.ReleaseAsync(_address, expectedHandle: null, Cancellation);

        Assert.Equal(0, (await CheckAsync(Later)).Count);
    }

    [Fact]
    public async Task Who_uses_an_address_that_is_not_given_out_or_of_no_pool_or_anothers_is_named()
    {
        var findings = await CheckAsync(Later, Endpoint("x", $"{_address}/32"), Endpoint("y", $"{_address}/32"), Endpoint("z", "10.0.0.200/32"), Endpoint("w", "172.16.0.1/32"));

        Assert.Equal("WorkloadEndpoint(default/z)", Assert.Single(findings.Unallocated).Name);
        Assert.Equal("WorkloadEndpoint(default/w)", Assert.Single(findings.OutsidePools).Name);
        Assert.Equal(["WorkloadEndpoint(default/x)", "WorkloadEndpoint(default/y)"], Assert.Single(findings.Shared).Holders);
    }

    [Fact]
    public async Task Handles_and_blocks_that_contradict_each_other_are_told()
    {
        var cidr = _address.Truncate(28);
        await Store.CommitAsync([StoreWrite.Put(StoreKeys.Handle("lost"), """{"id":"lost","block":{"10.0.0.0/28":2}}"""u8.ToArray())], Cancellation);
        await Store.CommitAsync([StoreWrite.Delete(StoreKeys.Handle("one"), expectedRevision: null)], Cancellation);
        await Store.CommitAsync([StoreWrite.Delete(StoreKeys.Affinity("a", cidr), expectedRevision: null)], Cancellation);

        var findings = await CheckAsync(Later, Endpoint("x", $"{_address}/32"));

        Assert.StartsWith("lost: 2 in 10.0.0.0/28, which knows of 0", Assert.Single(findings.StaleHandles), StringComparison.Ordinal);
        Assert.StartsWith($"one: {cidr} has 1, the handle names none", Assert.Single(findings.MissingHandles), StringComparison.Ordinal);
        Assert.Equal($"{cidr} is a's by the block, and a has no claim on it", Assert.Single(findings.BadBlocks));
    }

    [Theory]
    [InlineData(-9, true)]
    [InlineData(-10, false)]
    [InlineData(9, true)]
    [InlineData(3600, false)]
    public void A_clock_that_jumps_keeps_no_address_cool_for_longer_than_it_should(int releasedAfterNow, bool isCooling)
    {
        var block = BlockEdits.Take(BlockEdits.New(IPNetwork.Parse("10.0.0.0/30"), "a", Later), [0], new() { HandleId = "x" });
        block = BlockEdits.Release(block, (_, _) => true, Later.AddSeconds(releasedAfterNow)).Block;

        Assert.Equal(isCooling, !BlockEdits.IsEmpty(BlockEdits.Thaw(block, Later, TimeSpan.FromSeconds(10))));
    }

    [Fact]
    public async Task A_released_address_is_given_to_nobody_until_it_has_cooled_down()
    {
        await IpamConfiguration.ChangeAsync(Store, now => now with { CooldownSeconds = 60 }, Cancellation);
        Fixture.Restart();
        await Fixture.Ipam.ReleaseAsync(_address, expectedHandle: null, Cancellation);

        var refused = Assert.IsType<AssignOutcome.Refused>(await Fixture.Ipam.AssignAddressAsync(_address, new() { Host = "a", HandleId = "next" }, Cancellation));
        Assert.Contains("released less than 60 s ago", refused.Message, StringComparison.Ordinal);

        await IpamConfiguration.ChangeAsync(Store, now => now with { CooldownSeconds = 0 }, Cancellation);
        Fixture.Restart();
        Assert.IsType<AssignOutcome.Assigned>(await Fixture.Ipam.AssignAddressAsync(_address, new() { Host = "a", HandleId = "next" }, Cancellation));
        await Fixture.AuditAsync();
    }

    private async Task<IpamFindings> CheckAsync(DateTimeOffset now, params Resource<WorkloadEndpointSpec>[] endpoints)
    {
        var nodes = (await Fixture.Resources.ListAsync<NodeSpec>(Kinds.Node, Cancellation)).Items;
        return new IpamCheck(await IpamInventory.ReadAsync(Store, Fixture.Resources, Cancellation), endpoints, nodes, now).Run();
    }

    private static Resource<WorkloadEndpointSpec> Endpoint(string name, params string[] networks) =>
        new(Kinds.WorkloadEndpoint, new() { Name = name, Namespace = "default" }, new() { Node = "a", IpNetworks = [.. networks.Select(network => IPNetwork.Parse(network))] });
}
