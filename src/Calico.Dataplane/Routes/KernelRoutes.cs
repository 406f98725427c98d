using Calico.Model.Addresses;
using Calico.Netlink.Routing;

namespace Calico.Dataplane.Routes;

/// <summary>The main table, of which these are ours: protocol 12, and host routes of the boot protocol out of a <c>cali</c> link.</summary>
/// <remarks>So a restarted node knows them as its own; <c>ip route</c> shows the first as <c>proto bird</c> and the second without protocol.</remarks>
internal sealed class KernelRoutes(RouteTable table, LinkMap links) : IKernelTable<RouteKey, Route>
{
    /// <summary>What others have in the table, as of the last <see cref="Read"/>; never replaced, never removed.</summary>
    public IReadOnlyDictionary<RouteKey, Route> Foreign { get; private set; } = new Dictionary<RouteKey, Route>();

    public Dictionary<RouteKey, Route> Read()
    {
        var ours = new Dictionary<RouteKey, Route>();
        var foreign = new Dictionary<RouteKey, Route>();
        foreach (var route in table.List(new RouteFilter()).Where(Concerns))
            (IsOurs(route) ? ours : foreign)[RouteKey.Of(route)] = route;
        Foreign = foreign;
        return ours;
    }

    /// <summary>False of what nobody looks at: each link with IPv6 has the same link-local route in the main table.</summary>
    public static bool Concerns(Route route) => route.Table == Route.MainTable && !route.Destination.BaseAddress.IsIPv6LinkLocal;

    /// <summary>Takes note that some of others' routes are gone.</summary>
    public void Forget(Func<Route, bool> gone) => Foreign = Foreign.Where(entry => !gone(entry.Value)).ToDictionary();

    public IReadOnlyList<Refused<RouteKey>> Apply(Plan<RouteKey, Route> plan) =>
        table.Apply([.. plan.Remove.Values.Select(RouteChange.Remove), .. plan.Put.Values.Select(RouteChange.Put)])
            .Select(refused => new Refused<RouteKey>(RouteKey.Of(refused.Change.Route), refused.Error.Message))
            .ToList();

    private bool IsOurs(Route route) => route.Protocol == RouteProtocols.Bird
        || (route.Protocol == RouteProtocols.Boot
            && route.Destination.IsHost
            && route.NextHops.Any(hop => links.NameOf(hop.Link) is { } name && LinkMap.IsWorkload(name)));
}
