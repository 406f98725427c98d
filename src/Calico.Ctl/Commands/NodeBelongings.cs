using Calico.Datastore;
using Calico.Datastore.Resources;
using Calico.Ipam;
using Calico.Model.Addresses;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Calico.Model.Store;

namespace Calico.Ctl.Commands;

/// <summary>What is a node's own and goes with it: endpoints of both kinds, addresses and blocks, its configuration, its peers, what it said of itself.</summary>
internal sealed class NodeBelongings(Cluster cluster, string node)
{
    /// <summary>Handles of a node's tunnels are these and its name (Calico's <c>node/pkg/allocateip</c>); IPAM may know of them without saying which node they are of.</summary>
    private static readonly string[] Tunnels = ["ipip-tunnel-addr-", "vxlan-tunnel-addr-", "vxlan-v6-tunnel-addr-", "wireguard-tunnel-addr-", "wireguard-v6-tunnel-addr-"];

    /// <summary>How many things were removed.</summary>
    public int Removed { get; private set; }

    /// <returns>What could not be removed, and why. What is gone already is no error, so that a removal that was cut short can be begun again.</returns>
    public async Task<IReadOnlyList<string>> RemoveAsync(CancellationToken cancellation)
    {
        var endpoints = (await cluster.Resources.ListAsync<WorkloadEndpointSpec>(Kinds.WorkloadEndpoint, cancellation)).Items.Where(endpoint => endpoint.Spec.Node == node).ToList();
        var errors = new List<string>();
        foreach (var id in endpoints.Select(ResourceId.Of).Concat(await OthersAsync(cancellation)))
        {
            var outcome = await cluster.Resources.DeleteAsync(id, resourceVersion: null, cancellation);
            if (outcome.IsDone)
                Removed++;
            else if (outcome.Status != WriteStatus.NotFound)
                errors.Add(outcome.Message);
        }

        foreach (var endpoint in endpoints)
            await ReleaseAsync(endpoint, cancellation);
        foreach (var handle in Tunnels.Select(tunnel => tunnel + node).Append(IpamClient.ReserveHandle(node)))
            Removed += (await cluster.Ipam.ReleaseByHandleAsync(handle, cancellation)).Count;
        var released = await cluster.Ipam.ReleaseHostAsync(node, cancellation);
        Removed += released.Addresses + released.Blocks;
        await cluster.Store.CommitAsync([StoreWrite.Delete(StoreKeys.StatusOf(node))], cancellation);
        return errors;
    }

    private async Task<IEnumerable<ResourceId>> OthersAsync(CancellationToken cancellation)
    {
        var hosts = await cluster.Resources.ListAsync<HostEndpointSpec>(Kinds.HostEndpoint, cancellation);
        var peers = await cluster.Resources.ListAsync<BgpPeerSpec>(Kinds.BgpPeer, cancellation);
        return hosts.Items.Where(endpoint => endpoint.Spec.Node == node).Select(ResourceId.Of)
            .Concat(peers.Items.Where(peer => peer.Spec.Node == node).Select(ResourceId.Of))
            .Append(new(Kinds.BgpConfiguration, Namespace: null, $"node.{node}"))
            .Append(new(Kinds.FelixConfiguration, Namespace: null, $"node.{node}"));
    }

    /// <summary>An address that IPAM does not say the node of is the endpoint's; one that it says is another node's has gone on to that.</summary>
    private async Task ReleaseAsync(Resource<WorkloadEndpointSpec> endpoint, CancellationToken cancellation)
    {
        foreach (var address in (endpoint.Spec.IpNetworks ?? []).Where(network => network.IsHost).Select(network => network.BaseAddress))
        {
            if (await cluster.Ipam.OwnerOfAsync(address, cancellation) is { IsCooling: false, Node: null } owner
                && await cluster.Ipam.ReleaseAsync(address, owner.HandleId, cancellation) is ReleaseOutcome.Released)
                Removed++;
        }
    }
}
