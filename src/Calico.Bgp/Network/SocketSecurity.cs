using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Calico.Bgp.Network;

/// <summary>Who may talk on a TCP socket: MD5 keys (RFC 2385) and the distance of the sender (RFC 5082).</summary>
internal static class SocketSecurity
{
    public const int LongestKey = 80; // TCP_MD5SIG_MAXKEYLEN, linux/tcp.h

    private const int IpLevel = 0; // IPPROTO_IP
    private const int Ipv6Level = 41; // IPPROTO_IPV6
    private const int TcpLevel = 6; // IPPROTO_TCP
    private const int Md5Signature = 32; // TCP_MD5SIG_EXT
    private const int Ttl = 2; // IP_TTL
    private const int MinTtl = 21; // IP_MINTTL
    private const int HopLimit = 16; // IPV6_UNICAST_HOPS
    private const int MinHopCount = 73; // IPV6_MINHOPCOUNT
    private const int Farthest = 255;

    /// <summary>Segments from and to these addresses are signed with the key, and others of theirs are dropped by the kernel.</summary>
    /// <remarks>struct tcp_md5sig: sockaddr_storage (128), flags (1), prefix length (1), key length (2), interface (4), key (80).</remarks>
    /// <param name="key">Null takes the key away.</param>
    /// <exception cref="SocketException">The kernel knows no such signatures, or no key that could be taken away.</exception>
    public static void SetKey(Socket socket, IPNetwork addresses, string? key)
    {
        Span<byte> option = stackalloc byte[216];
        option.Clear();
        var family = addresses.BaseAddress.AddressFamily;
        BinaryPrimitives.WriteUInt16LittleEndian(option, (ushort)(family == AddressFamily.InterNetwork ? 2 : 10)); // AF_INET, AF_INET6
        addresses.BaseAddress.TryWriteBytes(option[(family == AddressFamily.InterNetwork ? 4 : 8)..], out _);
        option[128] = 1; // TCP_MD5SIG_FLAG_PREFIX
        option[129] = (byte)addresses.PrefixLength;
        var length = key is null ? 0 : Encoding.UTF8.GetBytes(key, option[136..]);
        BinaryPrimitives.WriteUInt16LittleEndian(option[130..], (ushort)length);
        socket.SetRawSocketOption(TcpLevel, Md5Signature, option);
    }

    /// <param name="hops">GTSM: the sender is at most so far away; null: it may be anywhere.</param>
    /// <param name="ttl">Of what is sent, where <paramref name="hops"/> does not decide it.</param>
    public static void SetDistance(Socket socket, int? hops, int? ttl)
    {
        var isIPv4 = socket.AddressFamily == AddressFamily.InterNetwork;
        var least = hops is { } distance ? Farthest + 1 - distance : 0;
        Set(socket, isIPv4 ? IpLevel : Ipv6Level, isIPv4 ? Ttl : HopLimit, hops is null ? ttl ?? -1 : Farthest);
        Set(socket, isIPv4 ? IpLevel : Ipv6Level, isIPv4 ? MinTtl : MinHopCount, least);
    }

    /// <summary>Connections from farther than this do not even begin; null: from anywhere.</summary>
    public static void SetFarthestCaller(Socket socket, int? hops)
    {
        var isIPv4 = socket.AddressFamily == AddressFamily.InterNetwork;
        Set(socket, isIPv4 ? IpLevel : Ipv6Level, isIPv4 ? MinTtl : MinHopCount, hops is { } distance ? Farthest + 1 - distance : 0);
    }

    /// <summary>A listener answers with the greatest TTL, as a peer with GTSM takes nothing less; each connection then gets its own.</summary>
    public static void SetFarthest(Socket socket)
    {
        var isIPv4 = socket.AddressFamily == AddressFamily.InterNetwork;
        Set(socket, isIPv4 ? IpLevel : Ipv6Level, isIPv4 ? Ttl : HopLimit, Farthest);
    }

    private static void Set(Socket socket, int level, int option, int value)
    {
        Span<byte> octets = stackalloc byte[sizeof(int)];
        BitConverter.TryWriteBytes(octets, value);
        socket.SetRawSocketOption(level, option, octets);
    }
}
