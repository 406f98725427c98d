using System.Buffers.Binary;
using System.Net;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Calico.Netlink.Wire;

/// <summary>Walks the attributes of a message or a nest. Unknown ones are stepped over; what does not fit its length throws.</summary>
/// <exception cref="NetlinkException">An attribute claims more than there is, or holds less than its type needs.</exception>
internal ref struct AttributeReader(ReadOnlySpan<byte> attributes)
{
    private const int HeaderSize = 4;
    private const ushort TypeMask = 0x3fff; // NLA_TYPE_MASK

    private ReadOnlySpan<byte> _rest = attributes;

    /// <summary>The current attribute's number, flags taken off.</summary>
    public readonly ushort Type => (ushort)(RawType & TypeMask);

    /// <summary>With its flags, such as that it is a nest.</summary>
    public ushort RawType { get; private set; }

    /// <summary>What has not been walked yet.</summary>
    public readonly ReadOnlySpan<byte> Rest => _rest;

    public ReadOnlySpan<byte> Value { get; private set; }

    /// <summary>Moves to the next attribute; false at the end.</summary>
    public bool Next()
    {
        if (_rest.Length < HeaderSize)
            return false;

        var length = MemoryMarshal.Read<ushort>(_rest);
        if (length < HeaderSize || length > _rest.Length)
            throw NetlinkException.Malformed($"an attribute of {length} bytes where {_rest.Length} are left");

        RawType = MemoryMarshal.Read<ushort>(_rest[2..]);
        Value = _rest[HeaderSize..length];
        _rest = _rest[Math.Min(NetlinkHeader.Align(length), _rest.Length)..];
        return true;
    }

    public readonly AttributeReader Nested => new(Value);

    public readonly byte ReadByte() => Read<byte>();

    public readonly ushort ReadUInt16() => Read<ushort>();

    public readonly uint ReadUInt32() => Read<uint>();

    public readonly int ReadInt32() => Read<int>();

    public readonly ushort ReadUInt16BigEndian() => BinaryPrimitives.ReadUInt16BigEndian(Need(sizeof(ushort)));

    public readonly uint ReadUInt32BigEndian() => BinaryPrimitives.ReadUInt32BigEndian(Need(sizeof(uint)));

    public readonly ulong ReadUInt64BigEndian() => BinaryPrimitives.ReadUInt64BigEndian(Need(sizeof(ulong)));

    /// <summary>Text up to its NUL, or to the end where there is none.</summary>
    public readonly string ReadString()
    {
        var end = Value.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? Value : Value[..end]);
    }

    public readonly IPAddress ReadAddress() => Value.Length is 4 or 16
        ? new IPAddress(Value)
        : throw NetlinkException.Malformed($"an address of {Value.Length} bytes");

    private readonly T Read<T>() where T : unmanaged => MemoryMarshal.Read<T>(Need(Unsafe.SizeOf<T>()));

    private readonly ReadOnlySpan<byte> Need(int length) => Value.Length >= length
        ? Value
        : throw NetlinkException.Malformed($"attribute {Type} holds {Value.Length} bytes, not {length}");
}
