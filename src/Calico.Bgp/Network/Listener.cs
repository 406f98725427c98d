using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace Calico.Bgp.Network;

/// <summary>Listens on one address for as long as it is not cancelled, and tries again where it cannot.</summary>
internal sealed partial class Listener(SpeakerOptions options, TimeProvider time, ILogger log)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

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
                return;
            }
            catch (Exception e)
            {
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
            socket.Bind(address);
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

    [LoggerMessage(Level = LogLevel.Warning, Message = "Cannot listen for BGP on {Address}: {Reason}; trying again")]
    private static partial void CannotListen(ILogger log, IPEndPoint address, string reason);
}
