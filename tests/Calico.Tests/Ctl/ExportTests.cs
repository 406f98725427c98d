using Calico.Datastore;
using Calico.Model.Store;
using Calico.Tests.Datastore;
using Calico.Tests.Ipam;
using Calico.Tests.Support;

namespace Calico.Tests.Ctl;

/// <summary><c>calicoctl datastore export</c> and <c>import</c>, into an etcd that is new.</summary>
public sealed class ExportTests(EtcdStoreTests.OneMember etcd) : IClassFixture<EtcdStoreTests.OneMember>, IDisposable
{
    private const string Resources = """
        - {apiVersion: projectcalico.org/v3, kind: Node, metadata: {name: a, labels: {rack: "007"}}, spec: {bgp: {ipv4Address: 192.168.26.100/24, asNumber: 64513}}}
        - {apiVersion: projectcalico.org/v3, kind: IPPool, metadata: {name: four}, spec: {cidr: 10.0.0.0/24, blockSize: 28}}
        - {apiVersion: projectcalico.org/v3, kind: IPPool, metadata: {name: six}, spec: {cidr: "fd00:1::/64"}}
        - {apiVersion: projectcalico.org/v3, kind: IPReservation, metadata: {name: r}, spec: {reservedCIDRs: [10.0.0.0, 10.0.0.8/30]}}
        - {apiVersion: projectcalico.org/v3, kind: BGPConfiguration, metadata: {name: default}, spec: {asNumber: 64512}}
        - {apiVersion: projectcalico.org/v3, kind: BGPPeer, metadata: {name: tor}, spec: {peerIP: 192.168.26.2, asNumber: 64513}}
        - {apiVersion: projectcalico.org/v3, kind: BGPFilter, metadata: {name: f}, spec: {exportV4: [{action: Reject, cidr: 10.0.0.0/8, matchOperator: In}]}}
        - {apiVersion: projectcalico.org/v3, kind: WorkloadEndpoint, metadata: {name: a-libnetwork-libnetwork-one}, spec: {orchestrator: libnetwork, node: a, endpoint: one, ipNetworks: [10.0.0.5/32], mac: "ee:ee:ee:ee:ee:ee"}}
        - {apiVersion: projectcalico.org/v3, kind: HostEndpoint, metadata: {name: a-eth0}, spec: {node: a, interfaceName: eth0}}
        - {apiVersion: projectcalico.org/v3, kind: Profile, metadata: {name: p}, spec: {labelsToApply: {"true": "no", "1": "1e3"}}}
        - {apiVersion: projectcalico.org/v3, kind: Tier, metadata: {name: ops}, spec: {order: 10.5}}
        - {apiVersion: projectcalico.org/v3, kind: GlobalNetworkPolicy, metadata: {name: ops.web, annotations: {note: "two\nlines: 'and' \"quotes\" #"}}, spec: {tier: ops, selector: "a == 'b'", ingress: [{action: Allow, protocol: TCP, destination: {ports: [80, "8000:8080", http]}}]}}
        - {apiVersion: projectcalico.org/v3, kind: NetworkPolicy, metadata: {name: n, namespace: prod}, spec: {order: 1}}
        - {apiVersion: projectcalico.org/v3, kind: StagedNetworkPolicy, metadata: {name: n, namespace: prod}, spec: {}}
        - {apiVersion: projectcalico.org/v3, kind: StagedGlobalNetworkPolicy, metadata: {name: g}, spec: {}}
        - {apiVersion: projectcalico.org/v3, kind: NetworkSet, metadata: {name: s}, spec: {nets: [10.0.0.0/8]}}
        - {apiVersion: projectcalico.org/v3, kind: GlobalNetworkSet, metadata: {name: s}, spec: {nets: ["2001:db8::/32"]}}
        - {apiVersion: projectcalico.org/v3, kind: FelixConfiguration, metadata: {name: default}, spec: {}}
        - {apiVersion: projectcalico.org/v3, kind: CalicoNodeStatus, metadata: {name: s}, spec: {node: a, classes: [BGP], updatePeriodSeconds: 60}}
        - {apiVersion: projectcalico.org/v3, kind: DockerNetwork, metadata: {name: net1}, spec: {networkName: net1, subnets: [10.0.0.0/24], labels: {x: "y"}}}
        """;

    private readonly CommandLine _here = new();
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Backup => Path.Combine(_folder.Path, "backup");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_is_exported_and_imported_into_a_new_etcd_leaves_no_difference()
    {
        await FillAsync();
        await _here.SucceedAsync($"datastore backup {Backup}");
        var yaml = await _here.SucceedAsync("datastore export");

        await etcd.Cluster.ClearAsync();
        await using var store = etcd.Cluster.Open();
        var there = new CommandLine { Another = store };
        Assert.StartsWith("Successfully imported ", await there.SucceedAsync("datastore import -", yaml), StringComparison.Ordinal);

        Assert.Equal("", await there.SucceedAsync($"datastore diff {Backup}"));
        Assert.Equal(yaml, await there.SucceedAsync("datastore export"));
        Assert.Contains("is not empty", await there.FailAsync("datastore import -", "{apiVersion: projectcalico.org/v3, kind: Tier, metadata: {name: other}, spec: {}}"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_an_export_cannot_hold_is_named_and_counted()
    {
        await FillAsync();
        await _here.Store.CommitAsync(
            [
                StoreWrite.Put("/calico/odd", new byte[] { 0xff, 0xfe }),
                StoreWrite.Put("/calico/resources/v3/projectcalico.org/tiers/broken", "{"u8.ToArray()),
                StoreWrite.Put(
                    "/calico/resources/v3/projectcalico.org/tiers/newer",
                    """{"apiVersion":"projectcalico.org/v3","kind":"Tier","metadata":{"name":"newer"},"spec":{"order":1,"colour":"red"}}"""u8.ToArray()),
            ],
            Cancellation);

        var answer = await _here.RunAsync("datastore export");

        Assert.Equal(0, answer.Status);
        Assert.Contains("Notice: not in the export: /calico/odd: nothing that this version knows\n", answer.Error, StringComparison.Ordinal);
        Assert.Contains("/tiers/broken", answer.Error, StringComparison.Ordinal);
        Assert.Contains("/tiers/newer: fields that this version does not know\n", answer.Error, StringComparison.Ordinal);
        Assert.Contains("Notice: 3 key(s) are not, or not wholly, in the export", answer.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a: [", "malformed YAML")]
    [InlineData("{apiVersion: projectcalico.org/v3, kind: Tier, metadata: {name: x}, spec: {colour: red}}", "stdin:1: spec.colour")]
    [InlineData("{apiVersion: projectcalico.org/v3, kind: IPAMBlock, metadata: {name: x}, spec: {cidr: here}}", "stdin:1: spec.cidr: expected the prefix")]
    [InlineData("{apiVersion: projectcalico.org/v3, kind: IPAMBlock, metadata: {name: x}, spec: {cidr: 10.0.0.0/30, allocations: [0], unallocated: [], attributes: []}}", "lists 1 addresses where the block has 4")]
    [InlineData("{apiVersion: projectcalico.org/v3, kind: Pod, metadata: {name: x}, spec: {}}", "unknown resource type (Pod)")]
    [InlineData("", "no resources in it")]
    public async Task A_file_that_is_no_export_is_refused_with_the_line_and_nothing_is_written(string text, string message)
    {
        Assert.Contains(message, await _here.FailAsync("datastore import -", text), StringComparison.Ordinal);
        Assert.Empty((await _here.Store.ListAsync("/", Cancellation)).Items);
    }

    /// <summary>Something of every kind, addresses in use, in reserve and cooling down, and a claim as old versions wrote it.</summary>
    private async Task FillAsync()
    {
        await _here.SucceedAsync("apply -f -", Resources);
        await _here.SucceedAsync("ipam configure --ip-cooldown-seconds 600");
        var ipam = new IpamFixture(_here.Store);
        await ipam.AssignAsync(new() { Host = "a", HandleId = "one", IPv6 = 1 });
        await ipam.AssignOneAsync("b", "borrower/with odd:characters");
        await ipam.AssignOneAsync("b", "cooling");
        await ipam.Ipam.ReleaseByHandleAsync("cooling", Cancellation);
        await ipam.Ipam.KeepReserveAsync("a", 1, Cancellation);
        var claim = (await _here.Store.ListKeysAsync(StoreKeys.AffinitiesOf("b"), Cancellation))[0];
        await _here.Store.CommitAsync([StoreWrite.Put(claim, Array.Empty<byte>())], Cancellation);
    }
}
