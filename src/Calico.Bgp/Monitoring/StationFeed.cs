using System.Net;
using System.Net.Sockets;
using Calico.Bgp.Messages;
using Calico.Bgp.Peers;
using Calico.Bgp.Routes;
using Calico.Bgp.Session;
using Microsoft.Extensions.Logging;

namespace Calico.Bgp.Monitoring;

/// <summary>All that goes to one station, over one connection after the other. The speaker's loop owns it, but for the calling.</summary>
/// <remarks>
/// Nothing of BGP waits for a station: what does not fit its queue costs it the connection, and with the next it hears all anew, read from the tables as fast as
/// it takes it.
/// </remarks>
/// <param name="peers">Those whose sessions are established.</param>
internal sealed partial class StationFeed(SpeakerCore core, MonitoringStation station, IReadOnlyDictionary<RouteSource, MonitoredPeer> peers) : IDisposable
{
    /// <summary>Tables are told only while less than this waits already.</summary>
    private const int QueueLimit = 256 * 1024;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Linger = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource _calling = new();
    private readonly CancellationTokenSource _connected = new();
    private readonly LinkedList<TableDump> _dumps = [];
    private readonly byte[] _buffer = new byte[BmpMessages.UpdateAt + 2 * BgpMessage.ExtendedMaxLength];
    private StationConnection? _connection;
    private Deadline? _statistics;

    /// <summary>Begins to call it.</summary>
    public void Start() => core.AwaitAtEnd(CallAsync());

    /// <summary>Says that no more will come, and ends.</summary>
    public void End()
    {
        _statistics?.Dispose();
        Send(BmpMessages.Termination());
        _connection?.End();
        _connection = null;
        _connected.CancelAfter(Linger);
        _calling.Cancel();
    }

    public void Dispose()
    {
        _statistics?.Dispose();
        _calling.Dispose();
        _connected.Dispose();
    }

    public void Up(MonitoredPeer peer) => Send(peer.Up);

    public void Down(MonitoredPeer peer, SessionAction.PeerDown down) =>
        Send(BmpMessages.PeerDown(peer.Header with { Time = core.Time.GetUtcNow() }, down.Sent, down.Received, down.ByUs));

    /// <summary>The peer has sent this, and it has been taken in.</summary>
    public void Heard(MonitoredPeer peer, UpdateMessage update)
    {
        if (_connection is null)
            return;

        if (station.Routes.HasFlag(MonitoredRoutes.AsReceived))
            Tell(peer, update, MonitoredRoutes.AsReceived);
        if (!station.Routes.HasFlag(MonitoredRoutes.AsImported))
            return;

        foreach (var imported in MonitoredUpdate.AsImported(update, peer.Peer.Source, core.Rib))
            Tell(peer, imported, MonitoredRoutes.AsImported);
    }

    /// <summary>Routes of the peer have gone without its saying so.</summary>
    public void Gone(MonitoredPeer peer, UpdateMessage withdrawal)
    {
        foreach (var table in new[] { MonitoredRoutes.AsReceived, MonitoredRoutes.AsImported }.Where(table => station.Routes.HasFlag(table)))
            Tell(peer, withdrawal, table);
    }

    /// <summary>The import policy of the peer is another.</summary>
    public void Rejudged(RouteSource source)
    {
        if (_connection is null || !station.Routes.HasFlag(MonitoredRoutes.AsImported))
            return;

        foreach (var outdone in _dumps.Where(dump => ReferenceEquals(dump.Only, source) && !dump.HasBegun).ToList())
            _dumps.Remove(outdone);
        _dumps.AddLast(new TableDump(core.Rib, MonitoredRoutes.AsImported, source, withdrawsRefused: true));
        Continue();
    }

    private void Begin(StationConnection connection)
    {
        if (_calling.IsCancellationRequested)
        {
            connection.End();
            return;
        }

        _connection = connection;
        Connected(core.Log, station.Address);
        var name = station.SystemName ?? $"{core.Configuration?.RouterId}";
        Send(BmpMessages.Initiation("Calico Sharp BGP speaker", name));
        foreach (var peer in peers.Values)
            Send(peer.Up);
        _dumps.Clear();
        _dumps.AddLast(new TableDump(core.Rib, station.Routes, only: null, withdrawsRefused: false));
        Continue();
        _statistics ??= core.NewDeadline(Report);
        _statistics.Restart(station.StatisticsInterval);
    }

    private void Ended(StationConnection connection, string reason)
    {
        Disconnected(core.Log, station.Address, reason, station.ConnectRetry);
        if (ReferenceEquals(_connection, connection))
            _connection = null;
    }

    /// <summary>Goes on with telling the tables, as far as there is room.</summary>
    private void Continue()
    {
        while (_dumps.First is { Value: var dump } && _connection is { } connection)
        {
            if (connection.Queued >= QueueLimit)
            {
                connection.AskForRoom();
                return;
            }

            if (dump.TellPortion((source, update, table) => Tell(source, update, table)))
                continue;

            _dumps.RemoveFirst();
            if (dump.Only is null)
                EndOfTables();
        }
    }

    /// <summary>RFC 7854 §5: after the first account of a table stands an End-of-RIB.</summary>
    private void EndOfTables()
    {
        foreach (var peer in peers.Values)
        {
            foreach (var family in peer.Families)
                Gone(peer, UpdateMessage.EndOf(family));
        }
    }

    private void Tell(RouteSource source, UpdateMessage update, MonitoredRoutes table)
    {
        if (peers.TryGetValue(source, out var peer))
            Tell(peer, update, table);
    }

    private void Tell(MonitoredPeer peer, UpdateMessage update, MonitoredRoutes table)
    {
        if (_connection is null || MonitoredUpdate.Clean(update, peer.Codec.AddPathIn) is not { } clean)
            return;

        var length = clean.Encode(_buffer.AsSpan(BmpMessages.UpdateAt), peer.Codec);
        if (length > peer.Codec.LongestMessage && MonitoredUpdate.Halves(clean) is var (first, second))
        {
            Tell(peer, first, table);
            Tell(peer, second, table);
            return;
        }

        var header = peer.Header with
        {
            Time = core.Time.GetUtcNow(),
            PostPolicy = table == MonitoredRoutes.AsImported,
            TwoOctetAs = !peer.Codec.FourOctetAs,
        };
        Send(BmpMessages.RouteMonitoring(header, _buffer, length));
    }

    private void Report()
    {
        foreach (var peer in peers.Values)
        {
            var (snapshot, now) = (peer.Peer.Snapshot, core.Time.GetUtcNow());
            Send(BmpMessages.Statistics(
                peer.Header with { Time = now },
                new(BmpStatisticType.RoutesIn, (ulong)snapshot.RoutesReceived),
                new(BmpStatisticType.RoutesChosen, (ulong)core.Rib.Count),
                new(BmpStatisticType.TreatedAsWithdraw, (ulong)peer.Peer.TreatedAsWithdraw),
                new(BmpStatisticType.RoutesOut, (ulong)snapshot.RoutesSent)));
        }

        _statistics?.Restart(station.StatisticsInterval);
    }

    private void Send(byte[] message)
    {
        if (_connection is not { } connection)
            return;

        if (connection.Queued + message.Length <= station.LongestQueue)
        {
            connection.Send(message);
            return;
        }

        connection.Break($"more than {station.LongestQueue} octets wait for it");
        _connection = null;
    }

    private async Task CallAsync()
    {
        await Task.Yield(); // the loop has other things to do
        try
        {
            while (true)
            {
                if (await DialAsync() is { } socket)
                {
                    var connection = new StationConnection(socket, core.Time);
                    core.Post(new SpeakerInput.Ask(() => Begin(connection)));
                    var reason = await connection.RunAsync(() => core.Post(new SpeakerInput.Ask(Continue)), _connected.Token);
                    core.Post(new SpeakerInput.Ask(() => Ended(connection, reason)));
                }

                await Task.Delay(station.ConnectRetry, core.Time, _calling.Token);
            }
        }
        catch (OperationCanceledException)
        {
            core.Post(new SpeakerInput.Ask(Dispose)); // it is not wanted any more
        }
    }

    private async Task<Socket?> DialAsync()
    {
        Socket? socket = null;
        try
        {
            socket = core.Options.OpenSocket(station.Address.AddressFamily);
            await socket.ConnectAsync(station.Address, _calling.Token).AsTask().WaitAsync(Patience, core.Time, _calling.Token);
            return socket;
        }
        catch (Exception e) when (e is SocketException or TimeoutException)
        {
            socket?.Dispose();
            Unreachable(core.Log, station.Address, e.Message, station.ConnectRetry);
            return null;
        }
        catch (OperationCanceledException)
        {
            socket?.Dispose();
            throw;
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "BMP station {Station} is told of sessions and routes")]
    private static partial void Connected(ILogger log, IPEndPoint station);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The connection to BMP station {Station} is over: {Reason}; the next attempt is in {Pause}")]
    private static partial void Disconnected(ILogger log, IPEndPoint station, string reason, TimeSpan pause);

    [LoggerMessage(Level = LogLevel.Debug, Message = "BMP station {Station} cannot be reached: {Reason}; the next attempt is in {Pause}")]
    private static partial void Unreachable(ILogger log, IPEndPoint station, string reason, TimeSpan pause);
}
