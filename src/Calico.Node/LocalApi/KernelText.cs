using Calico.Netlink.Routing;

namespace Calico.Node.LocalApi;

/// <summary>A kernel route in the words of <c>ip route</c>.</summary>
internal static class KernelText
{
    public static string Describe(Route route, Func<int, string> linkName)
    {
        var kind = route.Kind == RouteKind.Unicast ? "" : $"{route.Kind.ToString().ToLowerInvariant()} ";
        var hops = route.NextHops.Select(hop => $"{(hop.Gateway is null ? "" : $" via {hop.Gateway}")} dev {linkName(hop.Link)}");
        var metric = route.Metric == 0 ? "" : $" metric {route.Metric}";
        return $"{kind}{route.Destination}{string.Concat(hops)} proto {Protocol(route.Protocol)}{metric}";
    }

    private static string Protocol(byte protocol) => protocol switch
    {
        RouteProtocols.Bird => "bird",
        RouteProtocols.Boot => "boot",
        2 => "kernel",
        4 => "static",
        _ => protocol.ToString(),
    };
}
