using System.Net;
using System.Net.Sockets;

namespace Calico.Bgp.Network;

/// <summary>Connects to a peer.</summary>
internal static class Dialer
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <returns>The connected socket, or why there is none.</returns>
    public static async Task<(Socket? Socket, string Reason)> DialAsync(
        SpeakerOptions options, PeerConfiguration peer, TimeProvider time, CancellationToken cancellation)
    {
        Socket? socket = null;
        try
        {
            socket = options.OpenSocket(peer.Address.AddressFamily);
            SocketSecurity.SetDistance(socket, peer.TtlSecurity, peer.Ttl);
            if (peer.Password is not null)
                SocketSecurity.SetKey(socket, new(peer.Address, peer.Address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128), peer.Password);
            if (peer.LocalAddress is not null)
                socket.Bind(new IPEndPoint(peer.LocalAddress, 0));
            await socket.ConnectAsync(new IPEndPoint(peer.Address, peer.Port), cancellation).AsTask().WaitAsync(Patience, time, cancellation);
            return (socket, "");
        }
        catch (Exception e)
        {
            socket?.Dispose();
            var reason = e is TimeoutException
                ? $"no answer within {Patience.TotalSeconds:0} s{(peer.Password is null ? "" : ": is the password the same on both sides?")}"
                : e.Message;
            return (null, $"cannot connect to {new IPEndPoint(peer.Address, peer.Port)}: {reason}");
        }
    }
}
