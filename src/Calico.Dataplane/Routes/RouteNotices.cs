using Calico.Netlink.Routing;

namespace Calico.Dataplane.Routes;

/// <summary>Tells what the kernel's notices say of routes that we do not know already: most of them are echoes of our own writing.</summary>
internal static class RouteNotices
{
    /// <param name="notice">From the kernel.</param>
    /// <param name="routes">What the table is thought to hold, ours and others'.</param>
    /// <returns>True if the table must be read again.</returns>
    public static bool IsNews(RouteEvent notice, Func<RouteKey, Route?> routes) => notice switch
    {
        RouteEvent.RouteChanged(var route) => IsMain(route) && !route.Equals(routes(RouteKey.Of(route))),
        RouteEvent.RouteRemoved(var route) => IsMain(route) && routes(RouteKey.Of(route)) is { } known && known.Equals(route),
        // The kernel drops the IPv4 routes of a link that goes, and those that need an address, without a word.
        RouteEvent.LinkChanged(var link) => !link.IsUp,
        RouteEvent.LinkRemoved or RouteEvent.AddressRemoved or RouteEvent.Overflow => true,
        _ => false,
    };

    private static bool IsMain(Route route) => route.Table == Route.MainTable;
}
