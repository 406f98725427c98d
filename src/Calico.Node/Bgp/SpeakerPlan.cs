using System.Net;
using Calico.Bgp;
using Calico.Bgp.Policy;
using Calico.Bgp.Values;
using Calico.Model.Addresses;
using Calico.Model.Hosts;
using Calico.Model.Resources.Specs;
using Calico.Node.Startup;

namespace Calico.Node.Bgp;

/// <summary>What the speaker is to do, made from what the calculation graph wants of it: pure.</summary>
internal static class SpeakerPlan
{
    /// <param name="state">Of this host.</param>
    /// <param name="pools">Routes inside a pool are told to internal peers; nothing else is, wherever it was learned.</param>
    /// <param name="passwords">By where they are to be found; without its password a peer stays shut.</param>
    public static SpeakerConfiguration Make(BgpState state, IEnumerable<IPNetwork> pools, IReadOnlyDictionary<SecretKeyReference, string>? passwords = null)
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
            Listen = (state.ListenOn.Count > 0 ? state.ListenOn : [IPAddress.Any, IPAddress.IPv6Any])
                .Select(address => new IPEndPoint(address, state.ListenPort)).ToValueArray(),
            Originated = state.Originated,
            OriginCommunities = state.Advertisements.Select(Communities).ToValueArray(),
            Peers = state.Peers.Values
                .OrderBy(peer => peer.Name, StringComparer.Ordinal)
                .Select(peer => Make(peer, state, peer.As == peer.LocalAs ? inPools : own) with
                {
                    Password = peer.Password is { } key ? passwords?.GetValueOrDefault(key) : null,
                    Shutdown = peer.Password is { } wanted && passwords?.ContainsKey(wanted) != true ? "" : null,
                })
                .ToValueArray(),
        };
    }

    /// <summary>Who is told over BMP of what this node hears.</summary>
    public static ValueArray<MonitoringStation> Stations(NodeOptions options) => options.BmpStations
        .Select(address => new MonitoringStation(address)
        {
            Routes = options.BmpPostPolicy ? MonitoredRoutes.Both : MonitoredRoutes.AsReceived,
            SystemName = options.NodeName,
        })
        .ToValueArray();

    private static PolicyRule Ordered(PrefixRule rule) => new(rule.Accept ? PolicyAction.Accept : PolicyAction.Reject)
    {
        Match = new() { Within = rule.Within, MinLength = rule.MinLength, MaxLength = rule.MaxLength },
    };

    private static OriginCommunities Communities(BgpAdvertisement advertisement) => new(
        advertisement.Cidr,
        advertisement.Communities.Where(community => !community.IsLarge).Select(community => (community.First << 16) | community.Second).ToValueArray(),
        advertisement.Communities.Where(community => community.IsLarge).Select(community => (community.First, community.Second, community.Third ?? 0)).ToValueArray());

    private static RoutePolicy.Prefixes Export(IEnumerable<PrefixRule> rules) =>
        new(rules.OrderBy(rule => rule.Within.ToString(), StringComparer.Ordinal).ToValueArray(), Otherwise: false);

    private static PeerConfiguration Make(BgpPeering peer, BgpState state, RoutePolicy.Prefixes export) => new()
    {
        Name = peer.Name,
        Address = peer.Address,
        Port = peer.Port,
        As = peer.As.Value,
        LocalAs = peer.LocalAs == state.LocalAs ? null : peer.LocalAs.Value,
        LocalAddress = peer.LocalAddress,
        Passive = peer.Passive,
        RouteReflectorClient = peer.RouteReflectorClient,
        NextHop = peer.NextHop switch
        {
            BgpNextHopMode.Self => NextHopRule.Self,
            BgpNextHopMode.Keep => NextHopRule.Unchanged,
            _ => NextHopRule.Standard,
        },
        RestartTime = peer.MaxRestartTime,
        KeepaliveTime = peer.KeepaliveTime,
        AllowOwnAs = peer.AllowedLocalAs,
        TtlSecurity = peer.TtlSecurity,
        Limit = peer.MaxPrefixes is { } maximum ? new PrefixLimit(maximum, PrefixLimitAction.Restart) : null,
        Bfd = peer.Bfd is { } bfd
            ? new BfdSettings(bfd.Interval?.Value ?? BfdSettings.Default.Interval, (byte)(bfd.Multiplier ?? BfdSettings.Default.Multiplier))
            : null,

        // A node takes the routes of each neighbour it was told of: that is what the mesh and a BGPPeer are for.
        Import = FilterPlan.Import(peer) is { Count: > 0 } import ? new RoutePolicy.Ordered(import, Otherwise: true) : RoutePolicy.AcceptAll,
        Export = FilterPlan.Export(peer) is { Count: > 0 } own ? new RoutePolicy.Ordered([.. own, .. export.Rules.Select(Ordered)], Otherwise: false) : export,

        // IPv4 routes over IPv4 sessions and IPv6 over IPv6, as Calico's two daemons do it: a router that knows one family alone is not confused.
        Families = [peer.Address.IsIPv4 ? Family.IPv4Unicast : Family.IPv6Unicast],
    };
}
