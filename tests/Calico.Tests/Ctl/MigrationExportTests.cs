using Calico.Tests.Ipam;
using Calico.Tests.Support;

namespace Calico.Tests.Ctl;

/// <summary><c>calicoctl datastore import</c> of what Calico's own <c>calicoctl datastore migrate export</c> writes.</summary>
public abstract class MigrationExportTests(StorePlace place) : EachStore(place)
{
    private const string Resources = """
        apiVersion: projectcalico.org/v3
        items:
        - apiVersion: projectcalico.org/v3
          kind: IPPool
          metadata:
            creationTimestamp: null
            name: default-ipv4-ippool
          spec:
            allowedUses:
            - Workload
            - Tunnel
            blockSize: 30
            cidr: 10.0.0.0/24
            ipipMode: Never
            natOutgoing: true
            nodeSelector: all()
            vxlanMode: Never
        kind: IPPoolList
        metadata:
          resourceVersion: "41"
        ---
        apiVersion: projectcalico.org/v3
        items: []
        kind: BGPPeerList
        metadata:
          resourceVersion: "41"
        ---
        apiVersion: projectcalico.org/v3
        items:
        - apiVersion: projectcalico.org/v3
          kind: KubeControllersConfiguration
          metadata:
            creationTimestamp: null
            name: default
          spec:
            controllers: {}
        kind: KubeControllersConfigurationList
        metadata:
          resourceVersion: "41"
        ---
        apiVersion: projectcalico.org/v3
        items:
        - apiVersion: projectcalico.org/v3
          kind: Node
          metadata:
            creationTimestamp: null
            name: a
          spec:
            bgp:
              ipv4Address: 192.168.26.100/24
        kind: NodeList
        metadata:
          resourceVersion: "41"
        ---

        """;

    private const string Information = """
        {
          "kind": "ClusterInformation",
          "apiVersion": "projectcalico.org/v3",
          "metadata": {
            "name": "default",
            "uid": "5c1d1a1e-0000-0000-0000-000000000001",
            "resourceVersion": "7",
            "creationTimestamp": "2024-05-01T10:00:00Z"
          },
          "spec": {
            "clusterGUID": "defabc0123456789abcdef0123456789",
            "calicoVersion": "v3.28.0",
            "datastoreReady": false
          }
        }

        """;

    private const string Books = """
        {
          "block_affinities": [
            {"Key": "/calico/ipam/v2/host/a/ipv4/block/10.0.0.0-30", "Value": {"state": "confirmed", "deleted": false}, "TTL": 0}
          ],
          "blocks": [
            {
              "Key": "/calico/ipam/v2/assignment/ipv4/block/10.0.0.0-30",
              "Value": {
                "cidr": "10.0.0.0/30",
                "affinity": "host:a",
                "allocations": [0, null, null, null],
                "unallocated": [1, 2, 3],
                "attributes": [{"handle_id": "one", "secondary": {"node": "a"}}],
                "sequenceNumber": 1714557600000000001,
                "sequenceNumberForAllocation": {"0": 1714557600000000000},
                "deleted": false
              },
              "TTL": 0
            }
          ],
          "handles": [
            {"Key": "/calico/ipam/v2/handle/one", "Value": {"block": {"10.0.0.0/30": 1}, "deleted": false}, "TTL": 0}
          ],
          "config": {"Key": "/calico/ipam/v2/config", "Value": {"strict_affinity": true, "auto_allocate_blocks": true}, "TTL": 0}
        }
        """;

    private const string Export = Resources + "===\n" + Information + "===\n" + Books;

    private CommandLine Ctl => field ??= new() { Another = Store };

    [Fact]
    public async Task Resources_and_addresses_are_taken_over_and_what_has_no_place_here_is_named()
    {
        var answer = await Ctl.RunAsync("datastore import -", Export);

        Assert.Equal("Notice: not imported: KubeControllersConfiguration(default): a kind that this version does not know\n", answer.Error);
        Assert.StartsWith("Successfully imported 7 resources to ", answer.Output, StringComparison.Ordinal);
        Assert.Equal("ippool/default-ipv4-ippool\n", await Ctl.SucceedAsync("get ippools -o name"));
        Assert.Contains("clusterGUID: defabc0123456789abcdef0123456789\n", await Ctl.SucceedAsync("get clusterinformation default -o yaml"), StringComparison.Ordinal);
        Assert.Contains("| StrictAffinity     | true  |", await Ctl.SucceedAsync("ipam show --show-configuration"), StringComparison.Ordinal);
        Assert.StartsWith("IP 10.0.0.0 is in use\nHandle ID: one\n", await Ctl.SucceedAsync("ipam show --ip 10.0.0.0"), StringComparison.Ordinal);

        var ipam = new IpamFixture(Store);
        Assert.Equal("10.0.0.1", $"{await ipam.AssignOneAsync("a", "two")}");
        Assert.Equal(["one", "two"], (await ipam.AuditAsync()).Values.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(Resources + "===\n" + Information, "stdin: what 'calicoctl datastore migrate export' writes has two lines ===")]
    [InlineData(Resources + "===\n" + Information + "===\n{\"blocks\": [", "stdin: the addresses after the second line === cannot be read: ")]
    [InlineData(Resources + "===\n" + Information + "===\n{\"blocks\": [{\"Key\": \"/calico/ipam/v2/config\"}]}", "cannot be read: expected a Key and a Value")]
    [InlineData(Resources + "===\n{\"kind\": \"ClusterInformation\"}\n===\n{}", "stdin:56: ")]
    public async Task One_that_was_cut_short_or_spoiled_is_refused_with_the_place_and_nothing_is_written(string text, string message)
    {
        Assert.Contains(message, await Ctl.FailAsync("datastore import -", text), StringComparison.Ordinal);
        Assert.Empty((await Store.ListAsync("/", TestContext.Current.CancellationToken)).Items);
    }

    [Fact]
    public async Task A_block_that_contradicts_itself_is_refused_by_its_key()
    {
        var error = await Ctl.FailAsync("datastore import -", Export.Replace("[0, null, null, null]", "[0]", StringComparison.Ordinal));

        Assert.StartsWith("stdin: /calico/ipam/v2/assignment/ipv4/block/10.0.0.0-30: lists 1 addresses where the block has 4", error, StringComparison.Ordinal);
    }
}
