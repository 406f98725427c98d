using System.Net;
using Calico.Netlink.Routing;

namespace Calico.Dataplane.Routes;

/// <summary>Finds the link and gateway that lead to BGP's next hops; asks the kernel once for each in a round.</summary>
/// <param name="lookup">How the host's own packet to an address would go; null if it would not.</param>
internal sealed class NextHops(Func<IPAddress, Route?> lookup)
{
    private readonly Dictionary<IPAddress, NextHop?> _resolved = [];

    /// <summary>Indices of the links that what was resolved so far leads out of.</summary>
    public IEnumerable<int> Links => _resolved.Values.Select(hop => hop?.Link).OfType<int>().Distinct();

    /// <returns>
    /// Straight to the address where it is on one of the host's links, to the router before it where it is further off. Null if nothing
    /// leads there, or it is this host itself.
    /// </returns>
    public NextHop? Resolve(IPAddress address)
    {
        if (address is { IsIPv6LinkLocal: true, ScopeId: > 0 })
            return new((int)address.ScopeId, new IPAddress(address.GetAddressBytes()));

        if (!_resolved.TryGetValue(address, out var hop))
            _resolved[address] = hop = Lead(address);
        return hop;
    }

    private NextHop? Lead(IPAddress address) => lookup(address) is { Kind: RouteKind.Unicast, NextHops: [var first, ..] }
        ? new(first.Link, first.Gateway ?? address)
        : null;
}
