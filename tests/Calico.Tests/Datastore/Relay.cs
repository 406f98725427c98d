using System.Net;
using System.Net.Sockets;

namespace Calico.Tests.Datastore;

/// <summary>Stands between a client and a server on loopback: passes on what they say, keeps what one of them says to itself, or cuts them off from each other.</summary>
internal sealed class Relay : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly TaskCompletionSource _kept = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<Socket> _sockets = [];
    private readonly Task _accepting;

    /// <param name="server">Where what comes in goes to.</param>
    public Relay(Uri server)
    {
        _listener.Start();
        Endpoint = new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");
        _accepting = AcceptAsync(server);
    }

    public Uri Endpoint { get; }

    /// <summary>What the client says reaches the server no more.</summary>
    public bool KeepsRequests { get; set; }

    /// <summary>What the server says reaches the client no more.</summary>
    public bool KeepsAnswers { get; set; }

    /// <summary>Ends once something was kept.</summary>
    public Task Kept => _kept.Task;

    /// <summary>All connections are reset, and nobody connects any more.</summary>
    public void Cut()
    {
        _listener.Dispose();
        lock (_sockets)
        {
            foreach (var socket in _sockets)
            {
                socket.LingerState = new(enable: true, seconds: 0);
                socket.Dispose();
            }

            _sockets.Clear();
        }
    }

    public async ValueTask DisposeAsync()
    {
        Cut();
        await _accepting;
    }

    private async Task AcceptAsync(Uri server)
    {
        List<Task> passing = [];
        try
        {
            while (true)
            {
                var client = await _listener.AcceptSocketAsync();
                var other = new Socket(SocketType.Stream, ProtocolType.Tcp);
                lock (_sockets)
                    _sockets.AddRange([client, other]);
                await other.ConnectAsync(server.Host, server.Port);
                passing.Add(PassAsync(client, other, () => KeepsRequests));
                passing.Add(PassAsync(other, client, () => KeepsAnswers));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(passing);
        }
    }

    private async Task PassAsync(Socket from, Socket to, Func<bool> isKept)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer) is > 0 and var length)
            {
                if (isKept())
                    _kept.TrySetResult();
                else
                    await to.SendAsync(buffer.AsMemory(0, length));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // It was cut, or the other end is gone.
        }
    }
}
