using System.Net.Sockets;

namespace Calico.Ctl.NodeProcess;

/// <summary>HTTP to a program of this host that listens on a Unix socket.</summary>
internal static class UnixConnection
{
    /// <summary>Every connection goes to that socket, whatever host the address names.</summary>
    public static SocketsHttpHandler Handler(string path) => new() { ConnectCallback = async (_, cancellation) => await ConnectAsync(path, cancellation) };

    private static async Task<Stream> ConnectAsync(string path, CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
