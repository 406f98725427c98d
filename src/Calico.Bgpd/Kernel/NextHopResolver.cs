using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Calico.Netlink;
using Calico.Netlink.Routing;

namespace Calico.Bgpd.Kernel;

/// <summary>Knows by which link and gateway a BGP next hop is reached: as the kernel's other routes say. Safe for use from several threads.</summary>
/// <remarks>A next hop that is reached only by a route that we installed ourselves counts as unreachable: routes must not hold each other up.</remarks>
internal sealed class NextHopResolver(RouteTable routes)
{
    private readonly ConcurrentDictionary<IPAddress, Resolved> _known = [];

    /// <summary>0 on a link of ours, 1 behind a gateway; null if it cannot be reached.</summary>
    public uint? Metric(IPAddress nextHop) => Resolve(nextHop) is not { } hop ? null : hop.Gateway?.Equals(nextHop) ?? true ? 0u : 1u;

    /// <returns>Null if it cannot be reached.</returns>
    public NextHop? Resolve(IPAddress nextHop) => _known.GetOrAdd(nextHop, static (address, routes) => new(Ask(address, routes)), routes).Hop;

    /// <summary>Asks the kernel again about all that it has been asked about.</summary>
    /// <returns>True if an answer is another than before.</returns>
    public bool Refresh()
    {
        var changed = false;
        foreach (var (nextHop, before) in _known)
        {
            var now = new Resolved(Ask(nextHop, routes));
            if (now == before)
                continue;

            _known[nextHop] = now;
            changed = true;
        }

        return changed;
    }

    private static NextHop? Ask(IPAddress nextHop, RouteTable routes)
    {
        if (nextHop.AddressFamily == AddressFamily.InterNetworkV6 && nextHop.IsIPv6LinkLocal)
            return nextHop.ScopeId > 0 ? new NextHop((int)nextHop.ScopeId, nextHop) : null; // it is on one link only, which its scope says

        try
        {
            return routes.Match(nextHop) is { Kind: RouteKind.Unicast, Protocol: not RouteProtocols.Bird, NextHops: [var first, ..] }
                ? first with { Gateway = first.Gateway ?? nextHop, Weight = 1 }
                : null;
        }
        catch (NetlinkException)
        {
            return null; // an address that the kernel will not route by
        }
    }

    private readonly record struct Resolved(NextHop? Hop);
}
