using System.Net.Sockets;

namespace Calico.Names.Serving;

/// <summary>Sockets that take what is addressed to others.</summary>
internal static class Transparency
{
    private const int IPv4Level = 0, IPv6Level = 41; // SOL_IP, SOL_IPV6
    private const int IPv4Transparent = 19, IPv6Transparent = 75; // IP_TRANSPARENT, IPV6_TRANSPARENT

    /// <exception cref="SocketException">The process may not (CAP_NET_ADMIN), or the kernel does not speak the family.</exception>
    public static Socket Open(AddressFamily family, SocketType type, ProtocolType protocol)
    {
        var socket = new Socket(family, type, protocol);
        try
        {
            var isIPv4 = family == AddressFamily.InterNetwork;
            socket.SetRawSocketOption(isIPv4 ? IPv4Level : IPv6Level, isIPv4 ? IPv4Transparent : IPv6Transparent, BitConverter.GetBytes(1));
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
