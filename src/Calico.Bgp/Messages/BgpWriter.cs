using System.Buffers.Binary;
using System.Net;

namespace Calico.Bgp.Messages;

/// <summary>Writes a message into a caller's buffer, in network order. The caller sees to it that there is room.</summary>
internal ref struct BgpWriter(Span<byte> buffer)
{
    private readonly Span<byte> _buffer = buffer;

    public int Length { get; private set; }

    public readonly ReadOnlySpan<byte> Written => _buffer[..Length];

    public void WriteByte(byte value) => Advance(1)[0] = value;

    public void WriteUInt16(ushort value) => BinaryPrimitives.WriteUInt16BigEndian(Advance(2), value);

    public void WriteUInt32(uint value) => BinaryPrimitives.WriteUInt32BigEndian(Advance(4), value);

    public void WriteAddress(IPAddress address)
    {
        Span<byte> octets = stackalloc byte[16];
        address.TryWriteBytes(octets, out var written);
        Write(octets[..written]);
    }

    public void Write(scoped ReadOnlySpan<byte> bytes) => bytes.CopyTo(Advance(bytes.Length));

    /// <summary>Leaves an octet for a length that is known later; hand the result to <see cref="EndLength8"/>.</summary>
    public int BeginLength8()
    {
        Advance(1);
        return Length;
    }

    public readonly void EndLength8(int start) => _buffer[start - 1] = checked((byte)(Length - start));

    /// <summary>Leaves two octets for a length that is known later; hand the result to <see cref="EndLength16"/>.</summary>
    public int BeginLength16()
    {
        Advance(2);
        return Length;
    }

    public readonly void EndLength16(int start) =>
        BinaryPrimitives.WriteUInt16BigEndian(_buffer[(start - 2)..], checked((ushort)(Length - start)));

    private Span<byte> Advance(int count)
    {
        var span = _buffer.Slice(Length, count);
        Length += count;
        return span;
    }
}
