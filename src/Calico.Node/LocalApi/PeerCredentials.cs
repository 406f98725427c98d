using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;

namespace Calico.Node.LocalApi;

/// <summary>Who is at the other end of a unix socket, as the kernel vouches for it (unix(7), SO_PEERCRED).</summary>
internal static class PeerCredentials
{
    private const int SolSocket = 1; // SOL_SOCKET
    private const int PeerCred = 17; // SO_PEERCRED

    /// <returns>The user id of the process that connected; null if the connection is no unix socket, or has ended already.</returns>
    public static uint? UserOf(HttpContext http)
    {
        var socket = http.Features.Get<IConnectionSocketFeature>()?.Socket;
        if (socket is null || socket.AddressFamily != AddressFamily.Unix)
            return null;

        Span<byte> credentials = stackalloc byte[12]; // struct ucred: pid, uid, gid
        try
        {
            socket.GetRawSocketOption(SolSocket, PeerCred, credentials);
        }
        catch (ObjectDisposedException) // who asked is gone, and there is nobody to answer
        {
            return null;
        }

        return MemoryMarshal.Read<uint>(credentials[4..]);
    }
}
