using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace Calico.Bgp.Network;

/// <summary>Listens on one address for as long as it is not cancelled, and tries again where it cannot.</summary>
internal sealed partial class Listener(SpeakerOptions options, TimeProvider time, ILogger log)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new(); // guards the fields below
    private Dictionary<IPNetwork, string> _keys = [];
    private int? _farthest;
    private Socket? _socket;

    /// <summary>Whoever connects from there must sign with the key (RFC 2385); connections that stand keep theirs.</summary>
    public void SetKeys(IReadOnlyDictionary<IPNetwork, string> keys)
    {
        lock (_gate)
        {
            if (_socket is not null)
            {
                foreach (var gone in _keys.Keys.Where(addresses => !keys.ContainsKey(addresses)))
                    SetKey(_socket, gone, null);
                foreach (var (addresses, key) in keys.Where(key => _keys.GetValueOrDefault(key.Key) != key.Value))
                    SetKey(_socket, addresses, key);
            }

            _keys = new(keys);
        }
    }

    /// <summary>GTSM before a connection is there: where all who may connect are at most so far away.</summary>
    public void SetFarthestCaller(int? hops)
    {
        lock (_gate)
        {
            var changed = hops != _farthest;
            _farthest = hops;
            if (_socket is null || !changed)
                return;

            try
            {
                SocketSecurity.SetFarthestCaller(_socket, hops);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // it has just ended: the next one is made with it
            }
        }
    }

    private void SetKey(Socket socket, IPNetwork addresses, string? key)
    {
        if (addresses.BaseAddress.AddressFamily != socket.AddressFamily)
            return;

        try
        {
            SocketSecurity.SetKey(socket, addresses, key);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            if (key is not null)
                CannotSign(log, addresses, e.Message);
        }
    }

    /// <param name="accepted">Takes over each connection; called from any thread.</param>
    public async Task RunAsync(IPEndPoint address, Action<Socket> accepted, CancellationToken cancellation)
    {
        string? lastFailure = null;
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                using var socket = Open(address);
                lastFailure = null;
                Listening(log, address);
                while (true)
                    accepted(await socket.AcceptAsync(cancellation));
            }
            catch (OperationCanceledException)
            {
                lock (_gate)
                    _socket = null;
                return;
            }
            catch (Exception e)
            {
                lock (_gate)
                    _socket = null;
                if (e.Message != lastFailure)
                    CannotListen(log, address, e.Message);
                lastFailure = e.Message;
                await Task.Delay(Pause, time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private Socket Open(IPEndPoint address)
    {
        var socket = options.OpenSocket(address.AddressFamily);
        try
        {
            if (address.AddressFamily == AddressFamily.InterNetworkV6)
                socket.DualMode = false; // IPv4 has a socket of its own
            SocketSecurity.SetFarthest(socket);
            socket.Bind(address);
            lock (_gate)
            {
                foreach (var (addresses, key) in _keys)
                    SetKey(socket, addresses, key);
                SocketSecurity.SetFarthestCaller(socket, _farthest);
                _socket = socket;
            }

            socket.Listen(1024);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Listening for BGP on {Address}")]
    private static partial void Listening(ILogger log, IPEndPoint address);

    [LoggerMessage(Level = LogLevel.Error, Message = "Connections from {Addresses} cannot be signed with their password: {Reason}")]
    private static partial void CannotSign(ILogger log, IPNetwork addresses, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Cannot listen for BGP on {Address}: {Reason}; trying again")]
    private static partial void CannotListen(ILogger log, IPEndPoint address, string reason);
}
