using System.Net;
using Calico.Datastore;
using Calico.Model.Store;
using Calico.Model.Values;
using Calico.Tests.Ipam;
using Calico.Tests.Support;

namespace Calico.Tests.Ctl;

/// <summary><c>calicoctl delete node</c>: all that was the node's goes, and nothing that is another's.</summary>
public abstract class NodeRemovalTests(StorePlace place) : EachStore(place)
{
    private const string Resources = """
        - {apiVersion: projectcalico.org/v3, kind: Node, metadata: {name: a}}
        - {apiVersion: projectcalico.org/v3, kind: Node, metadata: {name: b}}
        - {apiVersion: projectcalico.org/v3, kind: IPPool, metadata: {name: pool}, spec: {cidr: 10.0.0.0/24, blockSize: 28}}
        - {apiVersion: projectcalico.org/v3, kind: HostEndpoint, metadata: {name: a-eth0}, spec: {node: a, interfaceName: eth0}}
        - {apiVersion: projectcalico.org/v3, kind: HostEndpoint, metadata: {name: b-eth0}, spec: {node: b, interfaceName: eth0}}
        - {apiVersion: projectcalico.org/v3, kind: FelixConfiguration, metadata: {name: node.a}, spec: {}}
        - {apiVersion: projectcalico.org/v3, kind: WorkloadEndpoint, metadata: {name: a-libnetwork-libnetwork-one}, spec: {orchestrator: libnetwork, node: a, endpoint: one, ipNetworks: [10.0.0.200/32]}}
        """;

    private CommandLine Ctl => field ??= new() { Another = Store };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Blocks_addresses_handles_tunnels_the_reserve_endpoints_and_words_of_the_node_are_released_and_nothing_of_anothers()
    {
        await Ctl.SucceedAsync("apply -f -", Resources);
        var ipam = new IpamFixture(Store);
        await ipam.AssignOneAsync("a", "workload");
        await ipam.AssignAsync(new() { Host = "a", HandleId = "ipip-tunnel-addr-a", Attributes = Labels.Empty.With("node", "") });
        await ipam.Ipam.KeepReserveAsync("a", 2, Cancellation);
        var others = await ipam.AssignOneAsync("b", "others");
        var borrowed = (await ipam.Ipam.OwnerOfAsync(others, Cancellation))?.Block.BaseAddress ?? IPAddress.None;
        await ipam.Ipam.AssignAddressAsync(Calico.Model.Addresses.AddressArithmetic.Plus(borrowed, 5), new() { Host = "a", HandleId = "borrowed" }, Cancellation);
        await ipam.Ipam.AssignAddressAsync(IPAddress.Parse("10.0.0.200"), new() { Host = "b", HandleId = "unsaid", Attributes = Labels.Empty.With("node", "") }, Cancellation);
        await Store.CommitAsync([StoreWrite.Put(StoreKeys.StatusOf("a"), "{}"u8.ToArray())], Cancellation);

        Assert.Equal("Successfully deleted 1 'Node' resource(s)\n", await Ctl.SucceedAsync("delete node a"));

        Assert.Equal([others], (await ipam.AuditAsync()).Keys.Where(address => !address.Equals(IPAddress.Parse("10.0.0.200"))));
        Assert.DoesNotContain(await Store.ListKeysAsync("/calico/", Cancellation), key => key.Contains("/host/a/", StringComparison.Ordinal) || key == StoreKeys.StatusOf("a"));
        Assert.Equal("hostendpoint/b-eth0\n", await Ctl.SucceedAsync("get hostendpoints -o name"));
        Assert.Equal("", await Ctl.SucceedAsync("get felixconfigurations -o name") + await Ctl.SucceedAsync("get workloadendpoints -A -o name"));
        Assert.Equal("node/b\n", await Ctl.SucceedAsync("get nodes -o name"));
    }

    [Fact]
    public async Task What_a_node_left_behind_that_is_there_no_more_is_removed_too_and_a_node_that_never_was_is_an_error()
    {
        await Ctl.SucceedAsync("apply -f -", Resources);
        await new IpamFixture(Store).AssignOneAsync("gone", "workload");

        var answer = await Ctl.RunAsync("delete node gone");

        Assert.Equal((0, "Notice: there was no Node(gone); 2 thing(s) that were still its were removed.\n"), (answer.Status, answer.Error));
        Assert.Contains("resource does not exist: Node(gone)", await Ctl.FailAsync("delete node gone"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pool_that_is_deleted_takes_the_blocks_that_nobody_uses_and_those_in_use_go_with_their_last_address()
    {
        await Ctl.SucceedAsync("apply -f -", Resources);
        var ipam = new IpamFixture(Store);
        await ipam.AssignOneAsync("a", "workload");
        await ipam.Ipam.KeepReserveAsync("a", 2, Cancellation);
        await ipam.AssignOneAsync("b", "passing");
        await ipam.Ipam.ReleaseByHandleAsync("passing", Cancellation);

        var answer = await Ctl.RunAsync("delete ippool pool");

        Assert.Equal(0, answer.Status);
        Assert.StartsWith("Notice: hosts hold 1 block(s) of IPPool(pool) still", answer.Error, StringComparison.Ordinal);
        Assert.Equal(["workload"], (await ipam.AuditAsync()).Values);

        await ipam.Ipam.ReleaseByHandleAsync("workload", Cancellation);
        ipam.Restart();
        await Store.CommitAsync([StoreWrite.Put(StoreKeys.OfKind(Calico.Model.Resources.Kinds.IPPool) + "broken", "{"u8.ToArray())], Cancellation);
        Assert.Equal(0, await ipam.Ipam.ReleaseUnservedAsync("a", () => { }, Cancellation)); // who knows what that pool served
        await Store.CommitAsync([StoreWrite.Delete(StoreKeys.OfKind(Calico.Model.Resources.Kinds.IPPool) + "broken")], Cancellation);
        ipam.Restart();
        Assert.Equal(1, await ipam.Ipam.ReleaseUnservedAsync("a", () => { }, Cancellation)); // as its node does now and then
        Assert.Empty(await Store.ListKeysAsync("/calico/ipam/", Cancellation));
    }
}
