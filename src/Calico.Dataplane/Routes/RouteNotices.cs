using Calico.Model.Addresses;
using Calico.Netlink.Routing;

namespace Calico.Dataplane.Routes;

/// <summary>Tells what the kernel's notices say of routes that we do not know already: most of them are echoes of our own writing.</summary>
internal static class RouteNotices
{
    /// <param name="notice">From the kernel.</param>
    /// <param name="routes">What the table is thought to hold, ours and others'.</param>
    /// <param name="leadsOver">Whether a route of it leads over a link; none does over one that is known to be gone.</param>
    /// <returns>True if the table must be read again.</returns>
    public static bool IsNews(RouteEvent notice, Func<RouteKey, Route?> routes, Func<int, bool> leadsOver) => notice switch
    {
        RouteEvent.RouteChanged(var route) => KernelRoutes.Concerns(route) && !route.Equals(routes(RouteKey.Of(route))),
        RouteEvent.RouteRemoved(var route) => KernelRoutes.Concerns(route) && routes(RouteKey.Of(route)) is { } known && known.Equals(route),
        // The kernel drops the IPv4 routes of a link that goes, and those that need an address, without a word.
        RouteEvent.LinkChanged(var link) => !link.IsUp && leadsOver(link.Index),
        RouteEvent.LinkRemoved(var link) => leadsOver(link.Index), // it is back by now
        RouteEvent.AddressRemoved(var address) => address.Address.IsIPv4 || leadsOver(address.Link),
        RouteEvent.Overflow => true,
        _ => false,
    };
}
