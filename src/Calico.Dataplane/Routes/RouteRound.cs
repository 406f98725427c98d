using System.Net;
using Calico.Netlink.Routing;

namespace Calico.Dataplane.Routes;

/// <summary>Brings the main table in line.</summary>
internal sealed class RouteRound
{
    /// <summary>Addresses that are nobody's (RFC 5737, RFC 3849): they are routed as whatever has no route of its own.</summary>
    private static readonly IPAddress[] _anywhere = [IPAddress.Parse("192.0.2.1"), IPAddress.Parse("2001:db8::1")];

    private readonly RouteTable _table;
    private readonly LinkMap _links;
    private readonly KernelRoutes _kernel;
    private readonly Reconciler<RouteKey, Route> _reconciler;
    private NextHops _hops; // of the last round

    public RouteRound(RouteTable table, LinkMap links)
    {
        (_table, _links) = (table, links);
        _kernel = new(table, links);
        _reconciler = new(_kernel);
        _hops = new(table.Lookup);
    }

    public void Distrust() => _reconciler.Distrust();

    /// <summary>What the table is thought to hold at that place.</summary>
    public Route? Known(RouteKey key) => _reconciler.Known(key) ?? _kernel.Foreign.GetValueOrDefault(key);

    /// <summary>True if a route is known to lead over this link.</summary>
    public bool LeadsOver(int link) => All.Any(route => route.NextHops.Any(hop => hop.Link == link));

    /// <summary>Links are gone, and their routes with them, of which the kernel does not tell one by one.</summary>
    /// <returns>False: a route led over others besides, and what is left of it must be read.</returns>
    public bool Forget(IReadOnlySet<int> links)
    {
        if (links.Count == 0)
            return true;
        if (All.Any(route => route.NextHops.Any(IsGone) && !route.NextHops.All(IsGone)))
            return false;

        _reconciler.Forget(Led);
        _kernel.Forget(Led);
        return true;

        bool IsGone(NextHop hop) => links.Contains(hop.Link);
        bool Led(Route route) => route.NextHops.Any(IsGone);
    }

    private IEnumerable<Route> All => _reconciler.All.Concat(_kernel.Foreign.Values);

    /// <returns>The round, and what could not even be tried.</returns>
    public (Round<RouteKey, Route> Round, IReadOnlyList<string> Problems) Reconcile(Wanted wanted)
    {
        _hops = new(_table.Lookup);
        var rendering = new RouteRendering(_links, _hops);
        var round = _reconciler.Reconcile(
            () => rendering.Render(wanted.Host, wanted.Learned, _kernel.Foreign),
            route => wanted.IsRestartComplete || !IsLearned(route));
        return (round, rendering.Problems);
    }

    /// <summary>Indices of the links that the last round's routes to other hosts lead out of, and of those that a packet to anywhere does, which the kernel is asked for.</summary>
    public IReadOnlySet<int> WaysOut()
    {
        foreach (var address in _anywhere)
            _hops.Resolve(address);
        return _hops.Links.ToHashSet();
    }

    /// <returns>What the kernel would not remove.</returns>
    public IReadOnlyList<Refused<RouteKey>> RemoveAll() => _reconciler.Reconcile(() => new Dictionary<RouteKey, Route>()).Refused;

    private static bool IsLearned(Route route) => route.Protocol == RouteProtocols.Bird && route.NextHops.Any(hop => hop.Gateway is not null);
}
