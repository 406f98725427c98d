using System.Buffers.Binary;
using System.Net;
using System.Runtime.InteropServices;

namespace Calico.Dataplane;

/// <summary>What the headers of a packet say of where it goes.</summary>
/// <param name="Protocol">Of IPv6, behind the extension headers that can be stepped over.</param>
/// <param name="SourcePort">Null where the protocol has none or the packet is cut short; so the other.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct PacketHeaders(IPAddress Source, IPAddress Destination, byte Protocol, ushort? SourcePort, ushort? DestinationPort)
{
    private const byte Tcp = 6, Udp = 17, Sctp = 132, UdpLite = 136;
    private const byte HopByHop = 0, Routing = 43, DestinationOptions = 60;

    /// <returns>Null if it is no whole IP header (RFC 791, 3.1; RFC 8200, 3).</returns>
    public static PacketHeaders? Read(ReadOnlySpan<byte> packet) => packet switch
    {
        [var first, ..] when first >> 4 == 4 && packet.Length >= 20 =>
            Make(new(packet[12..16]), new(packet[16..20]), packet[9], (packet[6] & 0x1f) == 0 && packet[7] == 0 ? Rest(packet, (first & 0xf) * 4) : []),
        [var first, ..] when first >> 4 == 6 && packet.Length >= 40 => ReadIPv6(packet),
        _ => null,
    };

    private static PacketHeaders ReadIPv6(ReadOnlySpan<byte> packet)
    {
        var next = packet[6];
        var rest = packet[40..];
        while (next is HopByHop or Routing or DestinationOptions && rest.Length >= 8)
        {
            next = rest[0];
            rest = Rest(rest, (rest[1] + 1) * 8);
        }

        return Make(new(packet[8..24]), new(packet[24..40]), next, rest);
    }

    private static ReadOnlySpan<byte> Rest(ReadOnlySpan<byte> packet, int from) => from <= packet.Length ? packet[from..] : [];

    private static PacketHeaders Make(IPAddress source, IPAddress destination, byte protocol, ReadOnlySpan<byte> transport) =>
        protocol is Tcp or Udp or Sctp or UdpLite && transport.Length >= 4
            ? new(source, destination, protocol, BinaryPrimitives.ReadUInt16BigEndian(transport), BinaryPrimitives.ReadUInt16BigEndian(transport[2..]))
            : new(source, destination, protocol, SourcePort: null, DestinationPort: null);
}
