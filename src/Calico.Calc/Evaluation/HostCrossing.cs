using System.Net;
using Calico.Model.Hosts;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;

namespace Calico.Calc.Evaluation;

/// <summary>The policy of host endpoints where a packet leaves one host for another, or comes to one.</summary>
/// <remarks>
/// The interface is the one that has the node's address, as the Node resource lists it; where it does not, only a host endpoint of all
/// interfaces, or one that expects that address, can be told to govern it.
/// </remarks>
internal static class HostCrossing
{
    private static readonly HostStage[] OwnOut = [HostStage.Untracked, HostStage.Normal];
    private static readonly HostStage[] ForwardedOut = [HostStage.Forward];
    private static readonly HostStage[] OwnIn = [HostStage.Untracked, HostStage.PreDnat, HostStage.Normal];
    private static readonly HostStage[] ForwardedIn = [HostStage.Untracked, HostStage.PreDnat, HostStage.Forward];

    /// <param name="node">The host, as far as its resource is known.</param>
    /// <param name="evaluator">Its policy.</param>
    /// <param name="direction">Ingress: the packet comes to the host.</param>
    /// <param name="isOwn">The host's own processes send or receive it; else it is a workload's.</param>
    /// <param name="packet">The packet.</param>
    /// <returns>Null if no host endpoint says anything: the packet goes on.</returns>
    public static HostDecision? Decide(Resource<NodeSpec> node, PolicyEvaluator evaluator, PolicyType direction, bool isOwn, Packet packet)
    {
        if (evaluator.State.HostEndpoints.IsEmpty || Governing(node, evaluator.State) is not { } endpoint)
            return null;

        foreach (var stage in (direction, isOwn) switch
        {
            (PolicyType.Egress, true) => OwnOut,
            (PolicyType.Egress, false) => ForwardedOut,
            (_, true) => OwnIn,
            _ => ForwardedIn,
        })
        {
            if (evaluator.Decide(endpoint, stage, direction, packet) is { } decision)
                return new(node.Name, endpoint.Id, stage, decision);
        }

        return null;
    }

    private static LocalHostEndpoint? Governing(Resource<NodeSpec> node, HostState state)
    {
        var own = new[] { node.Spec.Bgp?.Ipv4Address?.Address, node.Spec.Bgp?.Ipv6Address?.Address }.OfType<IPAddress>().ToHashSet();
        var uplink = node.Spec.Interfaces?.FirstOrDefault(link => link.Addresses.Any(address => own.Contains(address.Address)));
        own.UnionWith(uplink?.Addresses.Select(address => address.Address) ?? []);
        return LocalHostEndpoint.Governing(state.HostEndpoints.Values, uplink?.Name ?? "", own);
    }
}
