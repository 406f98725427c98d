using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Calico.Names.Serving;

/// <summary>Builds UDP packets whole: headers of IPv4 (RFC 791) or IPv6 (RFC 8200) and of UDP (RFC 768).</summary>
internal static class Datagram
{
    public const int LargestHeader = IPv6Header + UdpHeader;

    private const int IPv4Header = 20, IPv6Header = 40, UdpHeader = 8;
    private const byte Udp = 17, HopLimit = 64;

    /// <param name="from">Source; of the same family as <paramref name="to"/>.</param>
    /// <param name="to">Destination.</param>
    /// <param name="payload">What it carries.</param>
    /// <param name="room">Takes the packet.</param>
    /// <returns>Its length.</returns>
    public static int Write(IPEndPoint from, IPEndPoint to, ReadOnlySpan<byte> payload, Span<byte> room)
    {
        var isIPv4 = from.AddressFamily == AddressFamily.InterNetwork;
        var header = isIPv4 ? IPv4Header : IPv6Header;
        var length = UdpHeader + payload.Length;
        room[..(header + UdpHeader)].Clear();
        if (isIPv4)
            WriteIPv4(from.Address, to.Address, header + length, room);
        else
            WriteIPv6(from.Address, to.Address, length, room);

        var udp = room.Slice(header, length);
        BinaryPrimitives.WriteUInt16BigEndian(udp, (ushort)from.Port);
        BinaryPrimitives.WriteUInt16BigEndian(udp[2..], (ushort)to.Port);
        BinaryPrimitives.WriteUInt16BigEndian(udp[4..], (ushort)length);
        payload.CopyTo(udp[UdpHeader..]);
        if (!isIPv4) // without one IPv6 takes none (RFC 8200 §8.1); in IPv4 zero is none
            BinaryPrimitives.WriteUInt16BigEndian(udp[6..], Checksum(room[8..IPv6Header], udp));
        return header + length;
    }

    /// <summary>The kernel fills in the checksum, and the identification.</summary>
    private static void WriteIPv4(IPAddress from, IPAddress to, int length, Span<byte> room)
    {
        room[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(room[2..], (ushort)length);
        room[8] = HopLimit;
        room[9] = Udp;
        from.TryWriteBytes(room[12..], out _);
        to.TryWriteBytes(room[16..], out _);
    }

    private static void WriteIPv6(IPAddress from, IPAddress to, int length, Span<byte> room)
    {
        room[0] = 0x60;
        BinaryPrimitives.WriteUInt16BigEndian(room[4..], (ushort)length);
        room[6] = Udp;
        room[7] = HopLimit;
        from.TryWriteBytes(room[8..], out _);
        to.TryWriteBytes(room[24..], out _);
    }

    /// <summary>Over both addresses, length, protocol and all of the datagram.</summary>
    private static ushort Checksum(ReadOnlySpan<byte> addresses, ReadOnlySpan<byte> udp)
    {
        var sum = Sum(addresses) + (uint)udp.Length + Udp + Sum(udp);
        while (sum > ushort.MaxValue)
            sum = (sum & ushort.MaxValue) + (sum >> 16);
        return sum == ushort.MaxValue ? ushort.MaxValue : (ushort)~sum; // zero would say that there is none
    }

    private static uint Sum(ReadOnlySpan<byte> bytes)
    {
        var sum = 0u;
        for (var i = 0; i + 1 < bytes.Length; i += 2)
            sum += BinaryPrimitives.ReadUInt16BigEndian(bytes[i..]);
        return bytes.Length % 2 == 0 ? sum : sum + ((uint)bytes[^1] << 8);
    }
}
