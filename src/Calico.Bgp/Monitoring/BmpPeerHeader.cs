using System.Net;
using System.Net.Sockets;
using Calico.Bgp.Messages;

namespace Calico.Bgp.Monitoring;

/// <summary>Which peer a message of BMP is about, and of which of its tables.</summary>
/// <remarks>RFC 7854 §4.2: type (1), flags (1), distinguisher (8), address (16), AS (4), identifier (4), seconds (4), microseconds (4).</remarks>
internal sealed record BmpPeerHeader(IPAddress Address, uint As, IPAddress Identifier, DateTimeOffset Time)
{
    private const byte IsIPv6 = 0x80, IsPostPolicy = 0x40, IsTwoOctetAs = 0x20;

    /// <summary>The routes are what the import policy has left of them.</summary>
    public bool PostPolicy { get; init; }

    /// <summary>AS_PATHs have two octets a number, as on the session.</summary>
    public bool TwoOctetAs { get; init; }

    public void Write(Span<byte> buffer)
    {
        buffer = buffer[..BmpMessages.PeerHeaderLength];
        buffer[..10].Clear(); // a peer of the one instance there is
        buffer[1] = (byte)((Address.AddressFamily == AddressFamily.InterNetworkV6 ? IsIPv6 : 0) | (PostPolicy ? IsPostPolicy : 0) | (TwoOctetAs ? IsTwoOctetAs : 0));
        var writer = new BgpWriter(buffer[10..]);
        WriteAddress(ref writer, Address);
        writer.WriteUInt32(As);
        writer.WriteAddress(Identifier);
        writer.WriteUInt32((uint)Time.ToUnixTimeSeconds());
        writer.WriteUInt32((uint)(Time.UtcTicks % TimeSpan.TicksPerSecond / TimeSpan.TicksPerMicrosecond));
    }

    /// <summary>16 octets; an IPv4 address takes the last four.</summary>
    public static void WriteAddress(ref BgpWriter writer, IPAddress address)
    {
        if (address.AddressFamily == AddressFamily.InterNetwork)
            writer.Write(stackalloc byte[12]);
        writer.WriteAddress(address);
    }
}
