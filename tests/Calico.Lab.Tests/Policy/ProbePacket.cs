using System.Buffers.Binary;
using System.Net;
using System.Numerics;
using Calico.Calc.Evaluation;
using Calico.Model.Values;

namespace Calico.Lab.Tests.Policy;

/// <summary>A whole IP packet that carries a number by which it is known where it arrives.</summary>
internal static class ProbePacket
{
    private const int UdpHeader = 8;

    public static byte[] Write(Packet packet, uint id)
    {
        var payload = Payload(packet, id);
        var pseudo = Sum(packet.Source) + Sum(packet.Destination) + packet.Protocol.Number + (ulong)payload.Length;
        Seal(packet.Protocol, payload, pseudo);
        return [.. packet.IpVersion == 4 ? Header4(packet, payload.Length) : Header6(packet, payload.Length), .. payload];
    }

    /// <returns>Null of a packet that is none of ours by its form.</returns>
    public static uint? ReadId(ReadOnlySpan<byte> packet)
    {
        if (packet.Length < 20)
            return null;

        var (header, protocol) = packet[0] >> 4 == 4 ? ((packet[0] & 15) * 4, packet[9]) : (40, packet[6]);
        var at = header + (protocol == Protocol.Udp.Number ? UdpHeader : 4);
        if (packet.Length < at + 4)
            return null;

        var id = BinaryPrimitives.ReadUInt32BigEndian(packet[at..]);
        return IsIcmp(new(protocol)) ? BitOperations.RotateRight(id, 16) : id;
    }

    private static bool IsIcmp(Protocol protocol) => protocol == Protocol.Icmp || protocol == Protocol.IcmpV6;

    private static byte[] Payload(Packet packet, uint id)
    {
        var isTcp = packet.Protocol == Protocol.Tcp;
        var payload = new byte[isTcp ? 20 : 16];
        if (packet.Protocol.HasPorts)
        {
            BinaryPrimitives.WriteUInt16BigEndian(payload, packet.SourcePort);
            BinaryPrimitives.WriteUInt16BigEndian(payload.AsSpan(2), packet.DestinationPort);
        }

        if (isTcp)
        {
            BinaryPrimitives.WriteUInt32BigEndian(payload.AsSpan(4), id); // the sequence number
            payload[12] = 5 << 4; // header length in words
            payload[13] = 2; // SYN
            payload[14] = 16; // a window
        }
        else if (packet.Protocol == Protocol.Udp)
        {
            BinaryPrimitives.WriteUInt16BigEndian(payload.AsSpan(4), (ushort)payload.Length);
            BinaryPrimitives.WriteUInt32BigEndian(payload.AsSpan(UdpHeader), id);
        }
        else
        {
            // Of ICMP identifier and sequence number: connection tracking looks at the first, so the busy half goes there.
            var isIcmp = IsIcmp(packet.Protocol);
            if (isIcmp)
                (payload[0], payload[1]) = (packet.IcmpType, packet.IcmpCode);
            BinaryPrimitives.WriteUInt32BigEndian(payload.AsSpan(4), isIcmp ? BitOperations.RotateLeft(id, 16) : id);
        }

        return payload;
    }

    /// <summary>Writes the checksum, without which connection tracking takes the packet for a broken one.</summary>
    private static void Seal(Protocol protocol, byte[] payload, ulong pseudoHeader)
    {
        var at = protocol.Number switch
        {
            6 => 16,
            17 => 6,
            1 or 58 => 2,
            _ => -1,
        };
        if (at < 0)
            return;

        var sum = Sum(payload) + (protocol == Protocol.Icmp ? 0 : pseudoHeader); // RFC 792: ICMP's is over itself alone
        BinaryPrimitives.WriteUInt16BigEndian(payload.AsSpan(at), Fold(sum));
    }

    private static byte[] Header4(Packet packet, int length)
    {
        var header = new byte[20];
        header[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(2), (ushort)(header.Length + length));
        header[8] = 64; // time to live
        header[9] = packet.Protocol.Number;
        packet.Source.TryWriteBytes(header.AsSpan(12), out _);
        packet.Destination.TryWriteBytes(header.AsSpan(16), out _);
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(10), Fold(Sum(header)));
        return header;
    }

    private static byte[] Header6(Packet packet, int length)
    {
        var header = new byte[40];
        header[0] = 0x60;
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(4), (ushort)length);
        header[6] = packet.Protocol.Number;
        header[7] = 64; // hop limit
        packet.Source.TryWriteBytes(header.AsSpan(8), out _);
        packet.Destination.TryWriteBytes(header.AsSpan(24), out _);
        return header;
    }

    private static ulong Sum(IPAddress address) => Sum(address.GetAddressBytes());

    private static ulong Sum(ReadOnlySpan<byte> bytes)
    {
        var sum = 0UL;
        for (var i = 0; i + 1 < bytes.Length; i += 2)
            sum += BinaryPrimitives.ReadUInt16BigEndian(bytes[i..]);
        return sum;
    }

    private static ushort Fold(ulong sum)
    {
        while (sum > ushort.MaxValue)
            sum = (sum & ushort.MaxValue) + (sum >> 16);
        return (ushort)~sum;
    }
}
