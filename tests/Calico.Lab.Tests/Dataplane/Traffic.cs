using System.Net;
using System.Net.Sockets;
using Calico.Lab.Tests.Netlink;

namespace Calico.Lab.Tests.Dataplane;

/// <summary>Packets between namespaces.</summary>
internal static class Traffic
{
    /// <summary>One ping, answered within a second.</summary>
    public static bool Reaches(this FreshNamespace from, string address) => from.TryRun("/usr/bin/ping", ["-n", "-c1", "-W1", address]).Status == 0;

    /// <summary>Never answered: three tries, so that one lost packet proves nothing.</summary>
    public static bool IsCutOffFrom(this FreshNamespace from, string address) =>
        from.TryRun("/usr/bin/ping", ["-n", "-c3", "-i0.1", "-W0.4", address]).Status != 0;

    /// <summary>Accepts connections on a port of any address until disposed.</summary>
    public static TcpListener Listen(this FreshNamespace at, int port) => at.Network.Run(() =>
    {
        var listener = TcpListener.Create(port);
        listener.Start();
        return listener;
    });

    /// <summary>A TCP connection comes about within a second.</summary>
    public static async Task<bool> ConnectsAsync(this FreshNamespace from, string address, int port)
    {
        var target = new IPEndPoint(IPAddress.Parse(address), port);
        using var socket = from.Network.Run(() => new Socket(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp));
        try
        {
            await socket.ConnectAsync(target, RoutedHost.Deadline(1));
            return true;
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            return false;
        }
    }
}
