using System.Buffers.Binary;
using System.Net;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Calico.Netlink.Wire;

/// <summary>Writes one message into a <see cref="RequestBuffer"/>: the family's fixed part, then attributes, then <see cref="End"/>.</summary>
/// <remarks>Integers are in host order unless a method says otherwise; every part starts on a four-byte boundary.</remarks>
internal readonly ref struct NetlinkWriter(RequestBuffer buffer, int start)
{
    /// <summary>NLA_F_NESTED</summary>
    private const ushort Nested = 0x8000;

    private const int AttributeHeader = 4;

    /// <summary>How long the message is by now.</summary>
    public int Length => buffer.Length - start;

    /// <summary>The family's fixed part (rtmsg, ifinfomsg, nfgenmsg), or one inside a nest.</summary>
    public void Write<T>(in T part) where T : unmanaged => MemoryMarshal.Write(buffer.Append(Unsafe.SizeOf<T>()), in part);

    /// <summary>Attributes that are ready, as they were read.</summary>
    public void WriteRaw(ReadOnlySpan<byte> attributes) => attributes.CopyTo(buffer.Append(attributes.Length));

    public void Put(ushort attribute, ReadOnlySpan<byte> value) => value.CopyTo(Room(attribute, value.Length));

    public void Put(ushort attribute, byte value) => Room(attribute, 1)[0] = value;

    public void Put(ushort attribute, ushort value) => MemoryMarshal.Write(Room(attribute, sizeof(ushort)), in value);

    public void Put(ushort attribute, uint value) => MemoryMarshal.Write(Room(attribute, sizeof(uint)), in value);

    public void Put(ushort attribute, IPAddress value)
    {
        Span<byte> bytes = stackalloc byte[16];
        value.TryWriteBytes(bytes, out var written);
        Put(attribute, bytes[..written]);
    }

    /// <summary>Text with its closing NUL.</summary>
    public void Put(ushort attribute, string value) =>
        Encoding.UTF8.GetBytes(value, Room(attribute, Encoding.UTF8.GetByteCount(value) + 1));

    public void PutBigEndian(ushort attribute, ushort value) => BinaryPrimitives.WriteUInt16BigEndian(Room(attribute, sizeof(ushort)), value);

    public void PutBigEndian(ushort attribute, uint value) => BinaryPrimitives.WriteUInt32BigEndian(Room(attribute, sizeof(uint)), value);

    public void PutBigEndian(ushort attribute, ulong value) => BinaryPrimitives.WriteUInt64BigEndian(Room(attribute, sizeof(ulong)), value);

    /// <summary>An attribute whose presence says it all.</summary>
    public void PutFlag(ushort attribute) => Room(attribute, 0);

    /// <summary>Opens a nest; hand the result to <see cref="EndNest"/>.</summary>
    public int BeginNest(ushort attribute)
    {
        var nest = buffer.Length;
        Room((ushort)(attribute | Nested), 0);
        return nest;
    }

    /// <exception cref="NetlinkException">The nest is longer than the 65535 bytes that its header can say.</exception>
    public void EndNest(int nest)
    {
        var length = buffer.Length - nest;
        if (length > ushort.MaxValue)
            throw new NetlinkException($"write an attribute of {length} bytes", Errno.EMSGSIZE, "an attribute holds at most 65535");

        MemoryMarshal.Write(buffer.Written[nest..], (ushort)length);
    }

    /// <summary>A value inside two nests that hold nothing else, to be filled in; as the nests one by one, in one piece.</summary>
    public Span<byte> PutInNests(ushort outer, ushort inner, ushort attribute, int length)
    {
        var room = buffer.Append((3 * AttributeHeader) + length);
        var aligned = NetlinkHeader.Align(length);
        WriteHeader(room, (ushort)(outer | Nested), (3 * AttributeHeader) + aligned);
        WriteHeader(room[AttributeHeader..], (ushort)(inner | Nested), (2 * AttributeHeader) + aligned);
        WriteHeader(room[(2 * AttributeHeader)..], attribute, AttributeHeader + length);
        return room[(3 * AttributeHeader)..];
    }

    public void End() => MemoryMarshal.Write(buffer.Written[start..], (uint)Length);

    private Span<byte> Room(ushort attribute, int length)
    {
        var room = buffer.Append(AttributeHeader + length);
        WriteHeader(room, attribute, AttributeHeader + length);
        return room[AttributeHeader..];
    }

    private static void WriteHeader(Span<byte> room, ushort attribute, int length)
    {
        MemoryMarshal.Write(room, (ushort)length);
        MemoryMarshal.Write(room[2..], in attribute);
    }
}
