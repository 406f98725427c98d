using System.Net;
using System.Net.Sockets;
using Calico.Bgp.Messages;
using Calico.Bgp.Network;
using Calico.Bgp.Routes;
using Calico.Bgp.Session;
using Calico.Bgp.Values;
using Microsoft.Extensions.Logging;

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
    private SessionProgress _progress = SessionProgress.Initial;
    private Agreement? _agreed;
    private volatile PeerSnapshot _snapshot;

    public Peer(SpeakerCore core, RestartWatch restart, PeerConfiguration configuration)
    {
        _core = core;
        _restart = restart;
        Configuration = configuration;
        _source = new RouteSource(configuration.Name) { Address = configuration.Address, IsClient = configuration.RouteReflectorClient };
        _connections = new PeerConnections(core, this);
        _routes = new PeerRoutes(core, _source);
        _connectRetry = core.NewDeadline(() => Handle(new SessionEvent.ConnectRetryExpired()));
        _snapshot = new()
        {
            Name = configuration.Name,
            Address = configuration.Address,
            As = configuration.As,
            State = SessionState.Idle,
            Since = core.Time.GetUtcNow(),
        };
    }

    public PeerConfiguration Configuration { get; private set; }

    public RouteSource Source => _source;

    /// <summary>What the peer has been told.</summary>
    public IEnumerable<KeyValuePair<Prefix, Attributes.PathAttributes>> Told => _routes.Told;

    public bool HasConnection => _connections.Any;

    /// <summary>May be read from any thread.</summary>
    public PeerSnapshot Snapshot => _snapshot with { RoutesReceived = _source.PathCount, RoutesSent = _routes.SentCount, RoutesAreStale = _routes.AnyStale };

    public void Start() => Handle(new SessionEvent.Start());

    /// <summary>Ends the session; null for a farewell lets the peer keep our routes.</summary>
    public void Stop(NotificationMessage? farewell) => Handle(new SessionEvent.Stop(farewell));

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
        var mustCallAnew = !HasConnection && (Configuration.Passive, Configuration.Port) != (configuration.Passive, configuration.Port);
        Configuration = configuration;
        _source.IsClient = configuration.RouteReflectorClient;
        if (mustCallAnew)
        {
            Stop(farewell: null);
            Start();
        }

        _routes.Rejudge(Import(), _agreed is null ? null : Export(_agreed));
    }

    public void Note(Prefix prefix) => _routes.Note(prefix);

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
    public void Accept(Socket socket) => Handle(new SessionEvent.Accepted(_connections.Add(socket, Terms().Open)));

    public void Handle(LinkNews news)
    {
        if (_connections.Find(news.Link.Number) != news.Link)
            return; // of a connection that is closed

        switch (news)
        {
            case LinkNews.Arrived arrived:
                foreach (var message in arrived.Messages)
                    Handle(new SessionEvent.Received(news.Link.Number, message));
                if (_connections.Find(news.Link.Number) is not null)
                    news.Link.Taken();
                break;
            case LinkNews.Happened happened:
                Handle(happened.Event);
                break;
        }
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
        _snapshot = _snapshot with { State = next.State, Since = now, LastError = next.LastError, HoldTime = _agreed?.HoldTime ?? TimeSpan.Zero };
        if (next.LastError is not null && next.LastError != before.LastError)
            Troubled(_core.Log, Configuration.Name, Configuration.Address, next.LastError);
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
            case SessionAction.PeerUp up: OnUp(up.Agreed); break;
            case SessionAction.PeerDown down: OnDown(down); break;
            case SessionAction.Deliver deliver: Deliver(deliver.Message); break;
        }
    }

    private void OnUp(Agreement agreed)
    {
        _agreed = agreed;
        (_source.IsInternal, _source.Identifier) = (agreed.IsInternal, agreed.PeerIdentifier);
        _routes.Begin(Import(), Export(agreed));
        if (agreed.PeerRestart is { Restarted: true })
            _restart.Settle(this);
        Established(_core.Log, Configuration.Name, Configuration.Address, agreed.HoldTime);
    }

    private void OnDown(SessionAction.PeerDown down)
    {
        _routes.End(down.KeepRoutes, _agreed);
        _agreed = null;
        Ended(_core.Log, Configuration.Name, Configuration.Address, down.Reason, _routes.AnyStale ? "its routes are kept for now" : "its routes are gone");
    }

    private void Deliver(BgpMessage message)
    {
        switch (message)
        {
            case UpdateMessage update:
                foreach (var fault in update.Faults)
                    Faulty(_core.Log, Configuration.Name, Configuration.Address, fault);
                _routes.Receive(update);
                if (update.EndOfRib is not null)
                    _restart.Settle(this);
                break;
            case RouteRefreshMessage { Subtype: 0 } refresh:
                _routes.Repeat(refresh.Family);
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

    private SessionTerms Terms()
    {
        // What we forward by outlives a session always, and a run of the program if the user says so.
        var preserved = _core.Options.ForwardingPreserved || _restart.Completed.IsCompleted;
        var restart = new Capability.GracefulRestart(
            _restart.IsRestarting, _core.Options.RestartTime, Configuration.Families.Select(family => new PreservedFamily(family, preserved)).ToValueArray());
        Capability[] capabilities =
        [
            .. Configuration.Families.Select(family => new Capability.Multiprotocol(family)),
            new Capability.RouteRefresh(),
            restart,
            new Capability.FourOctetAs(LocalAs),
        ];
        var open = new OpenMessage(LocalAs, (ushort)Configuration.HoldTime.TotalSeconds, Speaker.RouterId, capabilities.ToValueArray());
        return new(open, Configuration.As, Configuration.Passive, Configuration.ConnectRetry);
    }

    private uint ClusterId => BitConverter.IsLittleEndian
        ? System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(BitConverter.ToUInt32((Speaker.ClusterId ?? Speaker.RouterId).GetAddressBytes()))
        : BitConverter.ToUInt32((Speaker.ClusterId ?? Speaker.RouterId).GetAddressBytes());

    private ImportRules Import() => new(LocalAs, Speaker.RouterId, ClusterId, LocalAddress(), Configuration.Import);

    private ExportRules Export(Agreement agreed) => new()
    {
        Peer = _source,
        Agreed = agreed,
        LocalAs = LocalAs,
        ClusterId = ClusterId,
        NextHop = Configuration.NextHop,
        SelfIPv4 = LocalAddress() is { AddressFamily: AddressFamily.InterNetwork } ipv4 ? ipv4 : Speaker.IPv4NextHop,
        SelfIPv6 = LocalAddress() is { AddressFamily: AddressFamily.InterNetworkV6 } ipv6 ? ipv6 : Speaker.IPv6NextHop,
        Policy = Configuration.Export,
    };

    /// <summary>Ours on the session.</summary>
    private IPAddress? LocalAddress() =>
        (_progress.Established is { } established ? _connections.Find(established.Link)?.LocalAddress : null) ?? Configuration.LocalAddress;

    [LoggerMessage(Level = LogLevel.Information, Message = "BGP session with {Peer} ({Address}) established, hold time {HoldTime}")]
    private static partial void Established(ILogger log, string peer, IPAddress address, TimeSpan holdTime);

    [LoggerMessage(Level = LogLevel.Warning, Message = "BGP session with {Peer} ({Address}) is over: {Reason}; {Routes}")]
    private static partial void Ended(ILogger log, string peer, IPAddress address, string reason, string routes);

    [LoggerMessage(Level = LogLevel.Debug, Message = "BGP peer {Peer} ({Address}): {Reason}")]
    private static partial void Troubled(ILogger log, string peer, IPAddress address, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "BGP peer {Peer} ({Address}) sent a faulty UPDATE: {Fault}")]
    private static partial void Faulty(ILogger log, string peer, IPAddress address, string fault);
}
