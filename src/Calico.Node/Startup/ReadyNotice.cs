using System.Net.Sockets;

namespace Calico.Node.Startup;

/// <summary>Tells who started this process, where it asked for that, that the sockets answer: sd_notify(3).</summary>
internal static class ReadyNotice
{
    /// <param name="socket">NOTIFY_SOCKET: a path, or <c>@NAME</c> in the kernel's own name space; null or empty: nobody asked.</param>
    public static void Send(string? socket)
    {
        if (string.IsNullOrEmpty(socket))
            return;

        try
        {
            using var supervisor = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
            supervisor.SendTo("READY=1"u8, new UnixDomainSocketEndPoint(socket[0] == '@' ? $"\0{socket[1..]}" : socket));
        }
        catch (SocketException e) // it will say itself that it has waited in vain
        {
            Console.Error.WriteLine($"calico-node: NOTIFY_SOCKET={socket} cannot be told that the node is ready: {e.Message}");
        }
    }
}
