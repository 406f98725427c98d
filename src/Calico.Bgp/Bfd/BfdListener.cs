using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace Calico.Bgp.Bfd;

/// <summary>Receives BFD packets on one address and port for as long as it is not cancelled.</summary>
internal sealed partial class BfdListener(SpeakerOptions options, TimeProvider time, ILogger log)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <param name="address">Where to listen.</param>
    /// <param name="onLinkOnly">What came through a router is dropped by the kernel (RFC 5881 §5).</param>
    /// <param name="received">Called from any thread.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task RunAsync(IPEndPoint address, bool onLinkOnly, Action<BfdPacket, IPAddress> received, CancellationToken cancellation)
    {
        var told = false;
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                using var socket = options.OpenDatagramSocket(address.AddressFamily);
                if (onLinkOnly)
                    TtlFilter.Attach(socket);
                if (address.AddressFamily == AddressFamily.InterNetworkV6)
                    socket.DualMode = false; // IPv4 has a socket of its own
                socket.Bind(address);
                told = false;
                await ReceiveAsync(socket, address, received, cancellation);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (SocketException e)
            {
                if (!told)
                    CannotListen(log, address, e.Message);
                told = true;
                await Task.Delay(Pause, time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private static async Task ReceiveAsync(Socket socket, IPEndPoint address, Action<BfdPacket, IPAddress> received, CancellationToken cancellation)
    {
        var buffer = new byte[256];
        while (true)
        {
            var got = await socket.ReceiveFromAsync(buffer, SocketFlags.None, new IPEndPoint(address.Address, 0), cancellation);
            if (BfdPacket.Decode(buffer.AsSpan(0, got.ReceivedBytes)) is { } packet && got.RemoteEndPoint is IPEndPoint from)
                received(packet, from.Address);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Cannot listen for BFD on {Address}: {Reason}; trying again")]
    private static partial void CannotListen(ILogger log, IPEndPoint address, string reason);
}
