using Calico.Netlink.Routing;

namespace Calico.Dataplane.Routes;

/// <summary>Brings the main table in line.</summary>
internal sealed class RouteRound
{
    private readonly RouteTable _table;
    private readonly LinkMap _links;
    private readonly KernelRoutes _kernel;
    private readonly Reconciler<RouteKey, Route> _reconciler;

    public RouteRound(RouteTable table, LinkMap links)
    {
        (_table, _links) = (table, links);
        _kernel = new(table, links);
        _reconciler = new(_kernel);
    }

    public void Distrust() => _reconciler.Distrust();

    /// <summary>What the table is thought to hold at that place.</summary>
    public Route? Known(RouteKey key) => _reconciler.Known(key) ?? _kernel.Foreign.GetValueOrDefault(key);

    /// <returns>The round, and what could not even be tried.</returns>
    public (Round<RouteKey, Route> Round, IReadOnlyList<string> Problems) Reconcile(Wanted wanted)
    {
        var rendering = new RouteRendering(_links, new NextHops(_table.Lookup));
        var round = _reconciler.Reconcile(
            () => rendering.Render(wanted.Host, wanted.Learned, _kernel.Foreign),
            route => wanted.IsRestartComplete || !IsLearned(route));
        return (round, rendering.Problems);
    }

    /// <returns>What the kernel would not remove.</returns>
    public IReadOnlyList<Refused<RouteKey>> RemoveAll() => _reconciler.Reconcile(() => new Dictionary<RouteKey, Route>()).Refused;

    private static bool IsLearned(Route route) => route.Protocol == RouteProtocols.Bird && route.NextHops.Any(hop => hop.Gateway is not null);
}
