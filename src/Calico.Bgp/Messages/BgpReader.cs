using System.Buffers.Binary;
using System.Net;

namespace Calico.Bgp.Messages;

/// <summary>Reads a part of a message from front to back, in network order.</summary>
/// <remarks>Whoever reads past the end gets the fault given at the start: what it means depends on what is being read.</remarks>
internal ref struct BgpReader(ReadOnlySpan<byte> bytes, Func<BgpProtocolException> overrun)
{
    private ReadOnlySpan<byte> _rest = bytes;

    public readonly bool IsEmpty => _rest.IsEmpty;

    public readonly int Remaining => _rest.Length;

    public readonly byte? Peek() => _rest.IsEmpty ? null : _rest[0];

    public byte ReadByte() => Read(1)[0];

    public ushort ReadUInt16() => BinaryPrimitives.ReadUInt16BigEndian(Read(2));

    public uint ReadUInt32() => BinaryPrimitives.ReadUInt32BigEndian(Read(4));

    public IPAddress ReadIPv4() => new(Read(4));

    public ReadOnlySpan<byte> Read(int count)
    {
        if (count > _rest.Length)
            throw overrun();

        var taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }

    /// <summary>A reader of the next octets alone.</summary>
    public BgpReader Slice(int count) => new(Read(count), overrun);

    public ReadOnlySpan<byte> ReadRest() => Read(_rest.Length);
}
