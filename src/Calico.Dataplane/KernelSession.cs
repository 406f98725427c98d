using System.Collections.Concurrent;
using System.Collections.Immutable;
using Calico.Dataplane.Firewall;
using Calico.Dataplane.Interfaces;
using Calico.Dataplane.Routes;
using Calico.Model.Hosts;
using Calico.Netlink;
using Calico.Netlink.Routing;

namespace Calico.Dataplane;

/// <summary>The sockets to one namespace's kernel, and what is remembered of it. One loop owns it.</summary>
internal sealed class KernelSession : IDisposable
{
    private readonly RouteSocket _socket;
    private readonly RouteMonitor _monitor;
    private readonly LinkMap _links = new();
    private readonly ConcurrentQueue<RouteEvent> _notices = new();
    private readonly FirewallRendering _rendering = new();
    private readonly FirewallRound _firewall;
    private readonly InterfaceRound _interfaces;
    private readonly RouteRound _routes;
    private HostState? _renderedFor;
    private FirewallTable _table = FirewallTable.Empty;

    public KernelSession(HostDataplaneOptions options)
    {
        _monitor = RouteMonitor.Open(RouteTopics.Links | RouteTopics.Addresses | RouteTopics.Routes, options.Namespace);
        _socket = RouteSocket.Open(options.Namespace);
        _interfaces = new(_socket.Links, _links, options.Namespace);
        _routes = new(_socket.Routes, _links);
        _firewall = new(new UnwrittenFirewall());
    }

    /// <summary>Listens to the kernel's notices until cancelled.</summary>
    public async Task ListenAsync(Wakeups wakeups, CancellationToken cancellation)
    {
        await foreach (var notice in _monitor.ReadAsync(cancellation))
        {
            _notices.Enqueue(notice);
            wakeups.Add(Wakeup.Routing);
        }
    }

    /// <summary>Everything is to be read again.</summary>
    public void Distrust()
    {
        _firewall.Distrust();
        _interfaces.Distrust();
        _routes.Distrust();
    }

    /// <summary>Takes in what the kernel told since the last round.</summary>
    public void Heed(Wakeup reasons)
    {
        if (reasons.HasFlag(Wakeup.Firewall))
            _firewall.Distrust();

        var isNews = false;
        while (_notices.TryDequeue(out var notice))
            isNews = isNews || RouteNotices.IsNews(notice, _routes.Known);
        if (isNews)
            _routes.Distrust();
    }

    /// <summary>Policy first, so that nothing flows before it; then the interfaces, then the routes to them.</summary>
    /// <returns>The outcome, and in words what was changed; empty if nothing.</returns>
    public (Outcome Outcome, string Changes) Round(Wanted wanted)
    {
        LookAtLinks();
        if (!ReferenceEquals(_renderedFor, wanted.Host))
            (_table, _renderedFor) = (_rendering.Render(wanted.Host), wanted.Host);

        var firewall = _firewall.Reconcile(_table);
        var interfaces = _interfaces.Reconcile(wanted.Host);
        if (wanted.Host.Endpoints.Keys.Any(name => _links.Find(name) is { IsUp: false }))
            LookAtLinks(); // they are up now
        var (routes, notTried) = _routes.Reconcile(wanted);

        var refused = routes.Refused.Select(refusal => refusal.Key.Destination).ToHashSet();
        var ready = wanted.Host.Endpoints.Values
            .Where(endpoint => firewall.Problem is null && !interfaces.ContainsKey(endpoint.Interface) && !endpoint.Addresses.Any(refused.Contains))
            .Select(endpoint => endpoint.Interface)
            .ToHashSet(StringComparer.Ordinal);
        ImmutableArray<string> problems =
        [
            .. new[] { firewall.Problem }.OfType<string>()
                .Concat(interfaces.Values)
                .Concat(notTried)
                .Concat(routes.Refused.Select(refusal => refusal.Reason))
                .Order(StringComparer.Ordinal),
        ];
        return (new(ready, problems, firewall.Problem is not null || routes.Refused.Count > 0 || interfaces.ContainsKey("")), Describe(firewall.Changed, routes));
    }

    /// <summary>Removes all that is ours.</summary>
    /// <exception cref="NetlinkException">The kernel refuses.</exception>
    public void RemoveAll()
    {
        LookAtLinks();
        _routes.RemoveAll();
    }

    public void Dispose()
    {
        _monitor.Dispose();
        _socket.Dispose();
    }

    private void LookAtLinks()
    {
        if (_links.Update(_socket.Links.List()))
            _routes.Distrust();
    }

    private static string Describe(bool firewallChanged, Round<RouteKey, Route> routes)
    {
        var parts = new List<string>();
        if (firewallChanged)
            parts.Add("policy");
        parts.AddRange(routes.Plan.Put.Values.Select(route => $"route {route}"));
        parts.AddRange(routes.Plan.Remove.Values.Select(route => $"no route {route}"));
        return string.Join("; ", parts);
    }
}
