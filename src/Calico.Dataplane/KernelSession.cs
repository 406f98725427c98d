using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net;
using Calico.Dataplane.Docker;
using Calico.Dataplane.FastPath;
using Calico.Dataplane.Firewall;
using Calico.Dataplane.Interfaces;
using Calico.Dataplane.Routes;
using Calico.Model.Hosts;
using Calico.Netlink;
using Calico.Netlink.Conntracking;
using Calico.Netlink.Nftables;
using Calico.Netlink.Routing;

namespace Calico.Dataplane;

/// <summary>The sockets to one namespace's kernel, and what is remembered of it. One loop owns it.</summary>
internal sealed class KernelSession : IDisposable
{
    private readonly RouteSocket _socket;
    private readonly RouteMonitor _monitor;
    private readonly LinkMap _links = new();
    private readonly NftSocket _nft;
    private readonly NftMonitor _nftMonitor;
    private readonly FlowTable _flowTable;
    private readonly ConcurrentQueue<RouteEvent> _notices = new();
    private readonly FirewallRendering _rendering;
    private readonly FirewallRound _firewall;
    private readonly FlowRound _flows;
    private readonly DenialListener _denials;
    private readonly InterfaceRound _interfaces;
    private readonly RouteRound _routes;
    private readonly FastPathRound _fastPath;
    private readonly ForwardAccept? _forwardAccept;
    private readonly CaptureRouting _capture;
    private readonly ushort? _names;
    private HostState? _renderedFor;
    private bool _forwardIsKnown;
    private IReadOnlyList<string> _forwardProblems = [];
    private FirewallTable _table = FirewallTable.Empty;
    private Dictionary<string, IReadOnlySet<IPAddress>> _addresses = [];

    public KernelSession(HostDataplaneOptions options, DenialLog denials, TimeProvider time)
    {
        _monitor = RouteMonitor.Open(RouteTopics.Links | RouteTopics.Addresses | RouteTopics.Routes, options.Namespace);
        _nftMonitor = NftMonitor.Open(options.Namespace);
        _socket = RouteSocket.Open(options.Namespace);
        _nft = NftSocket.Open(options.Namespace);
        _interfaces = new(_socket.Links, _links, options.Namespace);
        _routes = new(_socket.Routes, _links);
        _flowTable = FlowTable.Open(options.Namespace);
        _firewall = new(new NftFirewall(_nft), options.LargestSet);
        _flows = new(_flowTable, () => AddressesByInterface().Values.SelectMany(addresses => addresses).ToHashSet(), time);
        _denials = new(denials, _links, options.Namespace);
        _rendering = new(options.NamePort);
        _capture = new(_socket, _links);
        _names = options.NamePort;
        _fastPath = new(options.UsesFastPath ? () => FastPathKernel.Load(options.Namespace) : null, new(time, options.FullCompareEvery));
        _forwardAccept = options.AcceptInDocker ? new(_nft) : null;
    }

    /// <summary>Listens to the kernel's notices; ends by cancellation, or when listening fails.</summary>
    public async Task ListenAsync(Wakeups wakeups, CancellationToken cancellation)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task[] listeners = [ListenToRoutesAsync(wakeups, either.Token), ListenToNftablesAsync(wakeups, either.Token), _denials.ListenAsync(either.Token)];
        await Task.WhenAny(listeners);
        await either.CancelAsync();
        await Task.WhenAll(listeners);
    }

    /// <summary>Everything is to be read again.</summary>
    public void Distrust()
    {
        _firewall.Distrust();
        _interfaces.Distrust();
        _routes.Distrust();
        _capture.Distrust();
        _forwardIsKnown = false;
    }

    /// <summary>Takes in of what the kernel told since the last round what is none of the routes'.</summary>
    public void Heed(Wakeup reasons)
    {
        if (reasons.HasFlag(Wakeup.Firewall))
            _firewall.Distrust();
        if ((reasons & (Wakeup.Firewall | Wakeup.Docker)) != Wakeup.None)
            _forwardIsKnown = false;
    }

    /// <summary>Policy first, so that nothing flows before it; then the interfaces, then the routes to them.</summary>
    /// <returns>The outcome, and in words what was changed; empty if nothing.</returns>
    public (Outcome Outcome, string Changes) Round(Wanted wanted)
    {
        LookAtLinks();
        HeedNotices();
        Render(wanted.Host);
        var firewall = _firewall.Reconcile(_table);
        var ended = firewall.IsRefused ? 0 : _flows.Reconcile(wanted.Host, _table);
        var forwardChanged = AcceptInDocker();
        _capture.Reconcile(isWanted: _names is not null && NameCapture.IsNeeded(wanted.Host));
        var interfaces = _interfaces.Reconcile(wanted.Host);
        if (wanted.Host.Endpoints.Keys.Any(name => _links.Find(name) is { IsUp: false }))
            LookAtLinks(); // they are up now
        var (routes, notTried) = _routes.Reconcile(wanted);

        var changes = Describe(firewall.Changed, ended, forwardChanged, routes);
        if (changes.Length > 0)
            _fastPath.Forget();

        var refused = routes.Refused.Select(refusal => refusal.Key.Destination).ToHashSet();
        var ready = wanted.Host.Endpoints.Values
            .Where(endpoint => !firewall.IsRefused && !interfaces.ContainsKey(endpoint.Interface) && !endpoint.Addresses.Any(refused.Contains))
            .Select(endpoint => endpoint.Interface)
            .ToHashSet(StringComparer.Ordinal);
        ImmutableArray<string> problems =
        [
            .. firewall.Problems
                .Concat(_denials.Problems)
                .Concat(_forwardProblems)
                .Concat(_capture.Problems)
                .Concat(interfaces.Values)
                .Concat(notTried)
                .Concat(routes.Refused.Select(refusal => refusal.Reason))
                .Order(StringComparer.Ordinal),
        ];
        var needsRetry = firewall.IsRefused || _forwardProblems.Count > 0 || routes.Refused.Count > 0 || interfaces.ContainsKey("");
        return (new(ready, problems, needsRetry) { IsTampered = firewall.IsTampered }, changes);
    }

    /// <summary>After a round, when nobody waits for it any more: what is known of connections may take the fast path.</summary>
    public FastPathState Speed(HostState host)
    {
        _fastPath.Reconcile(() => FastPathWanted.Of(host, _links, _routes.WaysOut()));
        return new(_fastPath.Interfaces, _fastPath.WhyNot);
    }

    /// <summary>The longest that another round may wait although nothing is new; null: until all is compared anew.</summary>
    public TimeSpan? NextRoundWithin => _flows.NextWithin;

    /// <summary>Does what would have waited for another round.</summary>
    /// <exception cref="NetlinkException">The kernel refuses.</exception>
    public void CatchUp() => _flows.CatchUp();

    /// <summary>Removes all that is ours.</summary>
    /// <exception cref="NetlinkException">The kernel refuses.</exception>
    public void RemoveAll()
    {
        LookAtLinks();
        _capture.Remove();
        var refused = _routes.RemoveAll().Select(route => route.Reason).Concat(new ForwardAccept(_nft).Remove()).ToList();
        var batch = new NftBatch();
        batch.AddTable(NftFirewall.Table); // to delete what is not there is an error
        batch.DeleteTable(NftFirewall.Table);
        _nft.Commit(batch);
        if (refused.Count > 0)
            throw new NetlinkException("remove what is ours", Errno.None, string.Join("; ", refused));
    }

    public void Dispose()
    {
        _fastPath.Dispose();
        _monitor.Dispose();
        _nftMonitor.Dispose();
        _flowTable.Dispose();
        _socket.Dispose();
        _nft.Dispose();
    }

    private async Task ListenToRoutesAsync(Wakeups wakeups, CancellationToken cancellation)
    {
        await foreach (var notice in _monitor.ReadAsync(cancellation))
        {
            _notices.Enqueue(notice);
            wakeups.Add(Wakeup.Routing);
        }
    }

    private async Task ListenToNftablesAsync(Wakeups wakeups, CancellationToken cancellation)
    {
        await foreach (var notice in _nftMonitor.ReadAsync(cancellation))
            wakeups.Add(ReasonOf(notice));
    }

    /// <summary>What this session wrote itself is no news.</summary>
    private Wakeup ReasonOf(NftEvent notice) => notice switch
    {
        NftEvent.Committed commit when commit.Port == _nft.Port => Wakeup.None,
        NftEvent.Committed commit =>
            (commit.Tables.Contains(NftFirewall.Table) ? Wakeup.Firewall : Wakeup.None)
            | (commit.Tables.Any(ForwardAccept.Concerns) ? Wakeup.Docker : Wakeup.None),
        _ => Wakeup.Firewall | Wakeup.Docker,
    };

    private bool AcceptInDocker()
    {
        if (_forwardIsKnown || _forwardAccept is null)
            return false;

        (var changed, _forwardProblems) = _forwardAccept.Reconcile();
        _forwardIsKnown = _forwardProblems.Count == 0;
        return changed;
    }

    private void LookAtLinks()
    {
        var news = _links.Update(_socket.Links.List());
        if (news.HasChanged || !_routes.Forget(news.Gone))
            _routes.Distrust();
    }

    /// <summary>After a look at the links, so that what went with one that is gone is no news.</summary>
    private void HeedNotices()
    {
        if (!_notices.IsEmpty)
            _fastPath.Forget(); // a route or a link that others changed
        var isNews = false;
        while (_notices.TryDequeue(out var notice))
            isNews = isNews || RouteNotices.IsNews(notice, _routes.Known, _routes.LeadsOver);
        if (isNews)
            _routes.Distrust();
    }

    /// <summary>Makes the table anew if the state is another, or if a host endpoint is found by addresses that are.</summary>
    private void Render(HostState host)
    {
        var isByAddress = host.HostEndpoints.Values.Any(endpoint => endpoint.Interface is null);
        var addresses = isByAddress ? AddressesByInterface() : _addresses;
        var isSame = ReferenceEquals(addresses, _addresses)
            || (addresses.Count == _addresses.Count && addresses.All(pair => _addresses.TryGetValue(pair.Key, out var known) && known.SetEquals(pair.Value)));
        if (ReferenceEquals(_renderedFor, host) && isSame)
            return;

        (_table, _renderedFor, _addresses) = (_rendering.Render(host, addresses), host, addresses);
        _denials.Show(host, _rendering.Denials);
    }

    private Dictionary<string, IReadOnlySet<IPAddress>> AddressesByInterface() => (
        from address in _socket.Addresses.List()
        let name = _links.NameOf(address.Link)
        where name is not null
        group address.Address by name).ToDictionary(group => group.Key, group => (IReadOnlySet<IPAddress>)group.ToHashSet());

    private static string Describe(bool firewallChanged, int endedFlows, bool forwardChanged, Round<RouteKey, Route> routes)
    {
        var parts = new List<string>();
        if (firewallChanged)
            parts.Add("policy");
        if (endedFlows > 0)
            parts.Add($"{endedFlows} connections ended");
        if (forwardChanged)
            parts.Add("accept in Docker's chains");
        parts.AddRange(routes.Plan.Put.Values.Select(route => $"route {route}"));
        parts.AddRange(routes.Plan.Remove.Values.Select(route => $"no route {route}"));
        return string.Join("; ", parts);
    }
}
