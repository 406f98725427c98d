using System.Net;
using Calico.Bgp;
using Calico.Bgp.Session;
using Calico.Model.Addresses;
using Calico.Model.Hosts;
using Calico.Model.Resources.Specs;
using Calico.Model.Values;
using Calico.Netlink.Routing;

namespace Calico.Node.Reporting;

/// <summary>The status of a CalicoNodeStatus, made of what was found: pure.</summary>
internal static class NodeReport
{
    /// <summary>So many of a family are written: a value of the store is at most one and a half megabytes.</summary>
    public const int MostRoutes = 2000;

    public static CalicoNodeStatusStatus Make(IEnumerable<NodeStatusClass> classes, NodeFindings found)
    {
        var asked = classes.ToHashSet();
        return new()
        {
            LastUpdated = DateTimeOffset.FromUnixTimeSeconds(found.Now.ToUnixTimeSeconds()),
            Agent = asked.Contains(NodeStatusClass.Agent) ? new(Daemon(found), Daemon(found)) : null,
            Bgp = asked.Contains(NodeStatusClass.BGP) ? Sessions(found) : null,
            Routes = asked.Contains(NodeStatusClass.Routes) ? new() { RoutesV4 = Routes(found, isIPv4: true), RoutesV6 = Routes(found, isIPv4: false) } : null,
        };
    }

    /// <summary>One program speaks for both families.</summary>
    private static DaemonReport Daemon(NodeFindings found) => new()
    {
        State = found.Speaker is null ? "NotReady" : "Ready",
        Version = found.Version,
        RouterID = found.Speaker?.RouterId,
        LastBootTime = found.StartedAt,
        LastReconfigurationTime = found.Speaker?.ConfiguredAt,
    };

    private static BgpReport Sessions(NodeFindings found)
    {
        var ipv4 = found.Peers.Where(peer => peer.Session.Address.IsIPv4).ToList();
        var ipv6 = found.Peers.Where(peer => !peer.Session.Address.IsIPv4).ToList();
        return new()
        {
            NumberEstablishedV4 = ipv4.Count(IsEstablished),
            NumberEstablishedV6 = ipv6.Count(IsEstablished),
            NumberNotEstablishedV4 = ipv4.Count(peer => !IsEstablished(peer)),
            NumberNotEstablishedV6 = ipv6.Count(peer => !IsEstablished(peer)),
            PeersV4 = ipv4.Select(Peer).ToValueList(),
            PeersV6 = ipv6.Select(Peer).ToValueList(),
        };
    }

    private static bool IsEstablished((PeerSnapshot Session, BgpPeeringType Type) peer) => peer.Session.State == SessionState.Established;

    private static PeerReport Peer((PeerSnapshot Session, BgpPeeringType Type) peer) => new()
    {
        PeerIP = peer.Session.Address,
        Type = peer.Type switch
        {
            BgpPeeringType.Mesh => "NodeMesh",
            BgpPeeringType.Node => "NodePeer",
            _ => "GlobalPeer",
        },
        State = peer.Session.State.ToString(),
        Since = peer.Session.Since,
    };

    /// <summary>What the kernel has, and what the speaker knows besides.</summary>
    private static ValueList<RouteReport> Routes(NodeFindings found, bool isIPv4)
    {
        var installed = found.Kernel
            .Where(route => route.Destination.IsIPv4 == isIPv4 && route.Kind is RouteKind.Unicast or RouteKind.Blackhole && !IsLinkLocal(route.Destination.BaseAddress))
            .SelectMany(route => Installed(route, found));
        var known = found.Paths.Where(path => path.Prefix.IsIPv4 == isIPv4 && path is { IsBest: false, IsMultipath: false }).Select(path => new RouteReport
        {
            Type = "RIB",
            Destination = path.Prefix,
            Gateway = path.NextHop,
            LearnedFrom = From(path.Peer, found),
        });
        return installed.Concat(known).Take(MostRoutes).ToValueList();
    }

    private static bool IsLinkLocal(IPAddress address) => address.IsIPv6LinkLocal || address.IsIPv6Multicast;

    private static IEnumerable<RouteReport> Installed(Route route, NodeFindings found) =>
        (route.NextHops.Count == 0 ? [null] : route.NextHops.Cast<NextHop?>()).Select(hop => new RouteReport
        {
            Type = "FIB",
            Destination = route.Destination,
            Gateway = hop?.Gateway,
            Interface = hop is { Link: var link } ? found.Links.GetValueOrDefault(link) : null,
            LearnedFrom = From(route, hop?.Gateway, found),
        });

    private static RouteOriginReport From(Route route, IPAddress? gateway, NodeFindings found)
    {
        if (route.Protocol == RouteProtocols.Kernel)
            return new("Direct");
        if (route.Protocol != RouteProtocols.Bird)
            return new("Kernel");
        if (route.Kind == RouteKind.Blackhole)
            return new("Static"); // a block of this node

        var paths = found.Paths.Where(path => path.Prefix == route.Destination && (path.IsBest || path.IsMultipath)).ToList();
        return (paths.Find(path => path.NextHop.Equals(gateway)) ?? paths.FirstOrDefault()) is { } path ? From(path.Peer, found) : new("Static");
    }

    private static RouteOriginReport From(string name, NodeFindings found)
    {
        var (session, type) = found.Peers.FirstOrDefault(peer => peer.Session.Name == name);
        return session is null ? new("Static") : new(type == BgpPeeringType.Mesh ? "NodeMesh" : "BGPPeer", session.Address);
    }
}
