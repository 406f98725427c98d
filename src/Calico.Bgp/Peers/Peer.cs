using System.Net;
using System.Net.Sockets;
using Calico.Bgp.Messages;
using Calico.Bgp.Network;
using Calico.Bgp.Routes;
using Calico.Bgp.Session;
using Calico.Bgp.Values;

namespace Calico.Bgp.Peers;

/// <summary>One configured peer: carries out what the session's state machine says. The speaker's loop owns it.</summary>
internal sealed partial class Peer : IDisposable
{
    private readonly SpeakerCore _core;
    private readonly RestartWatch _restart;
    private readonly PeerConnections _connections;
    private readonly PeerRoutes _routes;
    private readonly RouteSource _source;
    private readonly Deadline _connectRetry;
    private readonly LimitWatch _limit = new();
    private readonly FlapLog _flaps;
    private SessionProgress _progress = SessionProgress.Initial;
    private Agreement? _agreed;
    private volatile PeerSnapshot _snapshot;
    private long _updates;
    private long _faultyUpdates;

    public Peer(SpeakerCore core, RestartWatch restart, PeerConfiguration configuration, bool isDynamic = false)
    {
        _core = core;
        _restart = restart;
        Configuration = configuration;
        _source = new RouteSource(configuration.Name) { Address = configuration.Address, IsClient = configuration.RouteReflectorClient };
        _connections = new PeerConnections(core, this);
        _routes = new PeerRoutes(core, _source);
        _flaps = new FlapLog(core.Time);
        _connectRetry = core.NewDeadline(() => Handle(new SessionEvent.ConnectRetryExpired()));
        _snapshot = new()
        {
            Name = configuration.Name,
            Address = configuration.Address,
            As = configuration.As,
            State = SessionState.Idle,
            Since = core.Time.GetUtcNow(),
            IsDynamic = isDynamic,
        };
    }

    public PeerConfiguration Configuration { get; private set; }

    public RouteSource Source => _source;

    /// <summary>What the peer has been told.</summary>
    public IEnumerable<(int Number, Exported What)> Told => _routes.Told;

    /// <summary>How routes stand on the wire of the session; null if there is none.</summary>
    public CodecOptions? Codec => _agreed?.Codec;

    /// <summary>UPDATEs of all its sessions whose routes were withdrawn because of a fault (RFC 7606).</summary>
    public long TreatedAsWithdraw { get; private set; }

    public bool HasConnection => _connections.Any;

    /// <summary>May be read from any thread.</summary>
    public PeerSnapshot Snapshot => _snapshot with
    {
        RoutesReceived = _source.PathCount,
        RoutesSent = _routes.SentCount,
        RoutesAreStale = _routes.AnyStale,
        UpdatesReceived = Volatile.Read(ref _updates),
        FaultyUpdates = Volatile.Read(ref _faultyUpdates),
    };

    /// <summary>Nothing of it is left: no connection, and no route that is kept.</summary>
    public bool IsForgettable => _progress.Links.IsEmpty && _source.PathCount == 0;

    public void Start()
    {
        if (Configuration.Shutdown is null)
            Handle(new SessionEvent.Start());
        else
            _snapshot = _snapshot with { LastError = "shut down by configuration" };
    }

    /// <summary>Ends the session; null for a farewell lets the peer keep our routes.</summary>
    public void Stop(NotificationMessage? farewell) => Handle(new SessionEvent.Stop(farewell));

    /// <summary>Ends the session and the peer's routes, for a reason from beside it.</summary>
    /// <param name="retryAfter">Null: until the configuration changes.</param>
    public void Break(NotificationMessage farewell, string reason, TimeSpan? retryAfter) => Handle(new SessionEvent.Break(farewell, reason, retryAfter));

    public void Dispose()
    {
        _connectRetry.Dispose();
        _connections.Dispose();
        _routes.Dispose();
        _restart.Settle(this);
    }

    /// <summary>Takes in what can change while the session stands.</summary>
    public void Reconfigure(PeerConfiguration configuration)
    {
        var before = Configuration;
        Configuration = configuration;
        _source.IsClient = configuration.RouteReflectorClient;
        if (_connections.Secure(before, configuration) is { } problem)
            Insecure(_core.Log, configuration.Name, configuration.Address, problem);
        if (configuration.Shutdown is { } words && (before.Shutdown is null || HasConnection))
            Stop(NotificationMessage.Shutdown(words));
        else if (MustCallAnew(before, configuration))
            Stop(farewell: null);
        Start();

        if (before.Limit != configuration.Limit)
            _limit.Reset();
        if (_routes.Rejudge(Import(), _agreed is null ? null : Export(_agreed)))
            _core.Stations.Rejudged(_source);
        JudgeLimit();
    }

    /// <summary>What decides how a connection is got has changed, and there is none.</summary>
    private bool MustCallAnew(PeerConfiguration before, PeerConfiguration after) =>
        !HasConnection
        && (before.Passive, before.Port, before.Password, before.TtlSecurity, before.Limit) != (after.Passive, after.Port, after.Password, after.TtlSecurity, after.Limit);

    /// <summary>What the peer is told of these may be another now.</summary>
    /// <param name="touched">Of these any path.</param>
    public void Note(List<int> numbers, List<int> touched) => _routes.Note(numbers, touched);

    /// <summary>What the peer is told may differ for any prefix.</summary>
    public void NoteAll() => _routes.NoteAll();

    public void Flush()
    {
        if (_progress.Established is { } established && _connections.Find(established.Link) is { } link)
            _routes.Flush(link, endOfRib: !_restart.IsRestarting);
    }

    public void Handle(SpeakerInput.Dialed dialed)
    {
        if (dialed.Attempt != _connections.Attempt)
            dialed.Socket?.Dispose();
        else if (dialed.Socket is null)
            Handle(new SessionEvent.ConnectFailed(dialed.Reason));
        else
            Handle(new SessionEvent.Connected(_connections.Add(dialed.Socket, Terms().Open)));
    }

    /// <summary>The peer has connected to us; takes the socket over.</summary>
    public void Accept(Socket socket)
    {
        try
        {
            SocketSecurity.SetDistance(socket, Configuration.TtlSecurity, Configuration.Ttl);
        }
        catch (SocketException) // gone already
        {
            socket.Dispose();
            return;
        }

        Handle(new SessionEvent.Accepted(_connections.Add(socket, Terms().Open)));
    }

    public void Handle(LinkNews news)
    {
        if (_connections.Find(news.Link.Number) != news.Link)
            return; // of a connection that is closed

        switch (news)
        {
            case LinkNews.Arrived arrived:
                Handle(news.Link.Number, arrived.Messages);
                if (_connections.Find(news.Link.Number) is not null)
                    news.Link.Taken();
                break;
            case LinkNews.Happened happened:
                Handle(happened.Event);
                break;
        }
    }

    /// <summary>UPDATEs come by the ten thousand, and the state machine has but one answer to each: that once a batch is enough.</summary>
    private void Handle(int link, IReadOnlyList<BgpMessage> messages)
    {
        BgpMessage? last = null;
        foreach (var message in messages)
        {
            if (message is UpdateMessage && _progress.Established?.Link == link)
            {
                Deliver(message);
                last = message;
            }
            else
            {
                Handle(new SessionEvent.Received(link, message));
            }
        }

        if (last is not null && _progress.Established is { Agreed.HoldTime: var holdTime } established && established.Link == link)
            _connections.RestartHold(link, holdTime);
    }

    public void Handle(SessionEvent happened)
    {
        var before = _progress;
        var (next, actions) = SessionMachine.Handle(before, happened, Terms());
        _progress = next;
        foreach (var action in actions)
            Do(action);
        if (next.State == before.State && next.LastError == before.LastError)
            return;

        var now = next.State == before.State ? _snapshot.Since : _core.Time.GetUtcNow();
        Describe(next, now);
        if (next.LastError is not null && next.LastError != before.LastError)
            Troubled(_core.Log, Configuration.Name, Configuration.Address, next.LastError);
    }

    private void Describe(SessionProgress next, DateTimeOffset since)
    {
        var isNewFailure = next.LastError is not null && next.LastError != _snapshot.LastError;
        _snapshot = _snapshot with
        {
            State = next.State,
            Since = since,
            LastError = next.LastError,
            LastFailure = next.LastError ?? _snapshot.LastFailure,
            LastFailureAt = isNewFailure ? _core.Time.GetUtcNow() : _snapshot.LastFailureAt,
            HoldTime = _agreed?.HoldTime ?? TimeSpan.Zero,
            Agreed = _agreed?.Describe().ToValueArray() ?? [],
            Identifier = _agreed?.PeerIdentifier,
            LocalAddress = _agreed is null ? null : LocalAddress(),
        };
    }

    private void Do(SessionAction action)
    {
        switch (action)
        {
            case SessionAction.Dial: _connections.Dial(); break;
            case SessionAction.CancelDial: _connections.CancelDial(); break;
            case SessionAction.Send send: _connections.Find(send.Link)?.Send(send.Message, CodecOptions.BeforeOpen); break;
            case SessionAction.Close close: _connections.Close(close.Link); break;
            case SessionAction.RestartConnectRetry retry: _connectRetry.Restart(Jittered(retry.After)); break;
            case SessionAction.StopConnectRetry: _connectRetry.Stop(); break;
            case SessionAction.RestartHold hold: _connections.RestartHold(hold.Link, hold.After); break;
            case SessionAction.RestartKeepalive keepalive: _connections.RestartKeepalive(keepalive.Link, Jittered(keepalive.After)); break;
            case SessionAction.PeerUp up: OnUp(up.Agreed, up.Link); break;
            case SessionAction.PeerDown down: OnDown(down); break;
            case SessionAction.Deliver deliver: Deliver(deliver.Message); break;
        }
    }

    private void OnUp(Agreement agreed, int number)
    {
        _agreed = agreed;
        (_source.IsInternal, _source.Identifier) = (agreed.IsInternal, agreed.PeerIdentifier);
        _snapshot = _snapshot with { TimesEstablished = _snapshot.TimesEstablished + 1 };
        _limit.Reset();
        _routes.Begin(Import(), Export(agreed));
        if (_connections.Find(number) is { } link && _progress.Find(number)?.PeerOpen is { } open)
            _core.Stations.Up(this, agreed, link, open);
        if (agreed.PeerRestart is { Restarted: true })
            _restart.Settle(this);
        if (_flaps.MayWrite())
            Established(_core.Log, Configuration.Name, Configuration.Address, agreed.HoldTime);
    }

    private void OnDown(SessionAction.PeerDown down)
    {
        _core.Stations.Down(this, down);
        _routes.End(down.KeepRoutes, _agreed, down.IsCollision);
        _agreed = null;
        if (!_flaps.MayWrite())
            return;

        if (_flaps.LeftOut > 0)
            Flapped(_core.Log, Configuration.Name, Configuration.Address, _flaps.LeftOut);
        _flaps.Written();
        Ended(_core.Log, Configuration.Name, Configuration.Address, down.Reason, _routes.AnyStale ? "its routes are kept for now" : "its routes are gone");
    }

    private void JudgeLimit()
    {
        if (_progress.Established is null || Configuration.Limit is not { } limit)
            return;

        var routes = _source.PathCount;
        switch (_limit.Judge(limit, routes))
        {
            case LimitVerdict.WarnNear: NearLimit(_core.Log, Configuration.Name, Configuration.Address, routes, limit.Maximum); break;
            case LimitVerdict.WarnOver: OverLimit(_core.Log, Configuration.Name, Configuration.Address, routes, limit.Maximum); break;
            case LimitVerdict.Exceeded:
                var family = Configuration.Families.Count > 0 ? Configuration.Families[0] : Family.IPv4Unicast;
                Break(
                    NotificationMessage.MaximumPrefixesReached(family, limit.Maximum),
                    $"the peer sent {routes} routes, {limit.Maximum} are allowed",
                    limit.Action == PrefixLimitAction.Restart ? limit.RestartAfter : null);
                break;
        }
    }

    private void Deliver(BgpMessage message)
    {
        switch (message)
        {
            case UpdateMessage update:
                foreach (var fault in update.Faults)
                    Faulty(_core.Log, Configuration.Name, Configuration.Address, fault);
                _updates++;
                _faultyUpdates += update.Faults.Count > 0 ? 1 : 0;
                TreatedAsWithdraw += update.IsTreatedAsWithdraw ? 1 : 0;
                _routes.Receive(update);
                _core.Stations.Heard(this, update);
                JudgeLimit();
                if (update.EndOfRib is not null)
                    _restart.Settle(this);
                break;
            case RouteRefreshMessage { Subtype: 0 } refresh:
                if (_progress.Established is { } established && _connections.Find(established.Link) is { } link)
                    _routes.Repeat(refresh.Family, link);
                break;
            case RouteRefreshMessage { Subtype: RouteRefreshMessage.Begin } begin:
                _routes.BeginRefresh(begin.Family);
                break;
            case RouteRefreshMessage { Subtype: RouteRefreshMessage.End } end:
                _routes.EndRefresh(end.Family);
                break;
            case KeepaliveMessage when _agreed is { PeerRestart: null }:
                _restart.Settle(this); // it sends no End-of-RIB; with its first keepalive its routes are out
                break;
        }
    }

    /// <summary>RFC 4271 §10: 0.75 to 1 times.</summary>
    private static TimeSpan Jittered(TimeSpan time) => time * (0.75 + 0.25 * Random.Shared.NextDouble());

    private SpeakerConfiguration Speaker => _core.Configuration ?? throw new InvalidOperationException("a peer exists only in a configuration");

    private uint LocalAs => Configuration.LocalAs ?? Speaker.LocalAs;

    /// <summary>What we forward by outlives a session always, and a run of the program if the user says so.</summary>
    private SessionTerms Terms() => PeerTerms.Make(
        Configuration, Speaker, _core.Options.RestartTime, _restart.IsRestarting, isPreserved: _core.Options.ForwardingPreserved || _restart.Completed.IsCompleted);

    private ImportRules Import() => new(LocalAs, Speaker.RouterId, PeerTerms.ClusterId(Speaker), LocalAddress(), Configuration.Import)
    {
        AllowOwnAs = Configuration.AllowOwnAs,
        PeerIsInternal = Configuration.As == LocalAs,
        PeerAs = Configuration.As,
        Role = Role,
        InterfaceOf = _core.Options.NextHopInterface,
    };

    /// <summary>RFC 9234 §4.1: between two AS only.</summary>
    private BgpRole? Role => Configuration.As == LocalAs ? null : Configuration.Role;

    private ExportRules Export(Agreement agreed) => new()
    {
        Peer = _source,
        Agreed = agreed,
        LocalAs = LocalAs,
        ClusterId = PeerTerms.ClusterId(Speaker),
        NextHop = Configuration.NextHop,
        SelfIPv4 = LocalAddress() is { AddressFamily: AddressFamily.InterNetwork } ipv4 ? ipv4 : Speaker.IPv4NextHop,
        SelfIPv6 = LocalAddress() is { AddressFamily: AddressFamily.InterNetworkV6 } ipv6 ? ipv6 : Speaker.IPv6NextHop,
        Policy = Configuration.Export,
        Role = Role,
        InterfaceOf = _core.Options.NextHopInterface,
    };

    /// <summary>Ours on the session.</summary>
    private IPAddress? LocalAddress() =>
        (_progress.Established is { } established ? _connections.Find(established.Link)?.LocalAddress : null) ?? Configuration.LocalAddress;
}
