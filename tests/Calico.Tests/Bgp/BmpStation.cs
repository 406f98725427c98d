using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Calico.Bgp;
using Calico.Bgp.Messages;

namespace Calico.Tests.Bgp;

/// <summary>A station of BMP on a loopback address: keeps what it is told, and the tables that come of it.</summary>
internal sealed class BmpStation : IAsyncDisposable
{
    private const int Port = 1791;

    private readonly CancellationTokenSource _end = new();
    private readonly TcpListener _listener;
    private readonly Task _running;
    private readonly bool _reads;

    /// <param name="reads">False: it takes connections and nothing that comes on them.</param>
    public BmpStation(string address, bool reads = true)
    {
        _reads = reads;
        _listener = new TcpListener(IPAddress.Parse(address), Port);
        _listener.Server.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        if (!reads)
            _listener.Server.ReceiveBufferSize = 4096; // what nobody reads is soon too much
        _listener.Start();
        _running = Task.Run(RunAsync);
    }

    public static MonitoringStation At(string address) => new(new(IPAddress.Parse(address), Port)) { ConnectRetry = TimeSpan.FromMilliseconds(100) };

    public int Connections { get; private set; }

    public ConcurrentQueue<BmpMessage> Messages { get; } = [];

    /// <summary>As received, and as imported: by peer and prefix, since the last connection began.</summary>
    public ConcurrentDictionary<(IPAddress Peer, string Prefix), string> AsReceived { get; } = [];

    public ConcurrentDictionary<(IPAddress Peer, string Prefix), string> AsImported { get; } = [];

    /// <summary>What was wrong with what it was told; null if nothing.</summary>
    public Exception? Fault { get; private set; }

    public Task Hears(string prefix, bool isImported = false) => TestSpeaker.Eventually(
        () => (isImported ? AsImported : AsReceived).Keys.Any(key => key.Prefix == prefix), () => $"the station hears no {prefix}: {Fault}");

    public Task Forgets(string prefix, bool isImported = false) => TestSpeaker.Eventually(
        () => (isImported ? AsImported : AsReceived).Keys.All(key => key.Prefix != prefix), () => $"the station still has {prefix}: {Fault}");

    public async Task<BmpMessage> HearsOf(byte type)
    {
        await TestSpeaker.Eventually(() => Messages.Any(message => message.Type == type), () => $"no message of type {type}: {Fault}");
        return Messages.First(message => message.Type == type);
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _running;
        _listener.Dispose();
        _end.Dispose();
        Assert.Null(Fault);
    }

    private async Task RunAsync()
    {
        var open = new List<Socket>();
        try
        {
            while (true)
            {
                var socket = await _listener.AcceptSocketAsync(_end.Token);
                Connections++;
                open.Add(socket);
                if (_reads)
                    await ReadAsync(socket);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or SocketException or ObjectDisposedException)
        {
            // the test has ended
        }
        catch (Exception e)
        {
            Fault = e;
        }

        open.ForEach(socket => socket.Dispose());
    }

    private async Task ReadAsync(Socket socket)
    {
        AsReceived.Clear();
        AsImported.Clear();
        var codecs = new Dictionary<IPAddress, CodecOptions>();
        await using var stream = new NetworkStream(socket, ownsSocket: true);
        while (await BmpMessage.ReadAsync(stream, _end.Token) is { } message)
        {
            Take(message, codecs);
            Messages.Enqueue(message);
        }
    }

    private void Take(BmpMessage message, Dictionary<IPAddress, CodecOptions> codecs)
    {
        switch (message.Type)
        {
            case BmpMessage.PeerUp:
                var (_, _, _, sent, received) = message.Up;
                codecs.Add(message.PeerAddress, Calico.Bgp.Session.Agreement.Between(sent, received).Codec with { OnLoopback = true, IsInternal = true });
                break;
            case BmpMessage.PeerDown:
                Assert.True(codecs.Remove(message.PeerAddress));
                foreach (var table in new[] { AsReceived, AsImported })
                {
                    foreach (var key in table.Keys.Where(key => key.Peer.Equals(message.PeerAddress)))
                        table.TryRemove(key, out _);
                }

                break;
            case BmpMessage.RouteMonitoring:
                var update = Assert.IsType<UpdateMessage>(MessageTests.Decode(message.Update, codecs[message.PeerAddress]));
                Assert.Empty(update.Faults);
                Assert.Equal(codecs[message.PeerAddress].FourOctetAs, !message.IsTwoOctetAs);
                Apply(message.IsPostPolicy ? AsImported : AsReceived, message.PeerAddress, update);
                break;
        }
    }

    private static void Apply(ConcurrentDictionary<(IPAddress, string), string> table, IPAddress peer, UpdateMessage update)
    {
        for (var i = 0; i < update.Withdrawn.Count; i++)
            table.TryRemove((peer, Key($"{update.Withdrawn[i]}", update.WithdrawnIds, i)), out _);
        foreach (var routes in update.Announced)
        {
            for (var i = 0; i < routes.Prefixes.Count; i++)
                table[(peer, Key($"{routes.Prefixes[i]}", routes.PathIds, i))] = $"{routes.Attributes}";
        }
    }

    /// <summary>With add-path a prefix may have several paths: its name has the number then.</summary>
    private static string Key(string prefix, Calico.Bgp.Values.ValueArray<uint> ids, int number) => ids.Count > 0 ? $"{prefix}#{ids[number]}" : prefix;
}
