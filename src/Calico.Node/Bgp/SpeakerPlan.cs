using System.Net;
using Calico.Bgp;
using Calico.Bgp.Policy;
using Calico.Bgp.Values;
using Calico.Model.Addresses;
using Calico.Model.Hosts;

namespace Calico.Node.Bgp;

/// <summary>What the speaker is to do, made from what the calculation graph wants of it: pure.</summary>
internal static class SpeakerPlan
{
    /// <param name="state">Of this host.</param>
    /// <param name="pools">Routes inside a pool are told to internal peers; nothing else is, wherever it was learned.</param>
    public static SpeakerConfiguration Make(BgpState state, IEnumerable<IPNetwork> pools)
    {
        var inPools = Export(pools.Select(pool => new PrefixRule(pool, Accept: true)));

        // An outside router hears of a block from the host that has it, and so sends straight there; a reflector speaks for its clients too.
        var own = state.ClusterId is null
            ? Export(state.Originated.Select(prefix => new PrefixRule(prefix, Accept: true) { MaxLength = prefix.PrefixLength }))
            : inPools;
        return new SpeakerConfiguration
        {
            LocalAs = state.LocalAs.Value,
            RouterId = state.RouterId,
            ClusterId = state.ClusterId,
            Listen = [new(IPAddress.Any, state.ListenPort), new(IPAddress.IPv6Any, state.ListenPort)],
            Originated = state.Originated,
            Peers = state.Peers.Values
                .OrderBy(peer => peer.Name, StringComparer.Ordinal)
                .Select(peer => Make(peer, state, peer.As == peer.LocalAs ? inPools : own))
                .ToValueArray(),
        };
    }

    private static RoutePolicy.Prefixes Export(IEnumerable<PrefixRule> rules) =>
        new(rules.OrderBy(rule => rule.Within.ToString(), StringComparer.Ordinal).ToValueArray(), Otherwise: false);

    private static PeerConfiguration Make(BgpPeering peer, BgpState state, RoutePolicy export) => new()
    {
        Name = peer.Name,
        Address = peer.Address,
        Port = peer.Port,
        As = peer.As.Value,
        LocalAs = peer.LocalAs == state.LocalAs ? null : peer.LocalAs.Value,
        LocalAddress = peer.LocalAddress,
        Passive = peer.Passive,
        RouteReflectorClient = peer.RouteReflectorClient,
        NextHop = peer.KeepOriginalNextHop ? NextHopRule.Unchanged : NextHopRule.Standard,

        // A node takes the routes of each neighbour it was told of: that is what the mesh and a BGPPeer are for.
        Import = RoutePolicy.AcceptAll,
        Export = export,

        // IPv4 routes over IPv4 sessions and IPv6 over IPv6, as Calico's two daemons do it: a router that knows one family alone is not confused.
        Families = [peer.Address.IsIPv4 ? Family.IPv4Unicast : Family.IPv6Unicast],
    };
}
