using System.Net;
using Calico.Netlink.Routing;

namespace Calico.Dataplane.Routes;

/// <summary>The kernel holds one route for each of these in a table.</summary>
internal readonly record struct RouteKey(IPNetwork Destination, uint Metric)
{
    public static RouteKey Of(Route route) => new(route.Destination, EffectiveMetric(route));

    public override string ToString() => Destination.ToString();

    /// <summary>To IPv6 no metric means 1024 (IP6_RT_PRIO_USER).</summary>
    private static uint EffectiveMetric(Route route) =>
        route.Metric == 0 && route.Destination.BaseAddress.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? 1024 : route.Metric;
}
