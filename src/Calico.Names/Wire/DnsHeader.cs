using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Calico.Names.Wire;

/// <summary>The twelve bytes before all else (RFC 1035 §4.1.1): id, flags, four counts.</summary>
/// <remarks>Flags from the left: response, opcode (4), authoritative, truncated, recursion desired, recursion available, zero, authentic data, checking disabled, code (4).</remarks>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct DnsHeader(ushort Id, ushort Flags, ushort Questions, ushort Answers, ushort Authorities, ushort Additionals)
{
    public const int Size = 12;
    public const ushort Response = 0x8000, Authoritative = 0x0400, Truncated = 0x0200, RecursionDesired = 0x0100, RecursionAvailable = 0x0080, CheckingDisabled = 0x0010;

    private const ushort OpcodeBits = 0x7800;

    public bool IsResponse => (Flags & Response) != 0;

    /// <summary>Zero is a plain query.</summary>
    public int Opcode => (Flags & OpcodeBits) >> 11;

    public static DnsHeader Read(ReadOnlySpan<byte> message) => new(
        BinaryPrimitives.ReadUInt16BigEndian(message),
        BinaryPrimitives.ReadUInt16BigEndian(message[2..]),
        BinaryPrimitives.ReadUInt16BigEndian(message[4..]),
        BinaryPrimitives.ReadUInt16BigEndian(message[6..]),
        BinaryPrimitives.ReadUInt16BigEndian(message[8..]),
        BinaryPrimitives.ReadUInt16BigEndian(message[10..]));

    public void Write(Span<byte> room)
    {
        BinaryPrimitives.WriteUInt16BigEndian(room, Id);
        BinaryPrimitives.WriteUInt16BigEndian(room[2..], Flags);
        BinaryPrimitives.WriteUInt16BigEndian(room[4..], Questions);
        BinaryPrimitives.WriteUInt16BigEndian(room[6..], Answers);
        BinaryPrimitives.WriteUInt16BigEndian(room[8..], Authorities);
        BinaryPrimitives.WriteUInt16BigEndian(room[10..], Additionals);
    }
}
