using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Calico.Netlink.Wire;

/// <summary>Walks the messages of one datagram from the kernel.</summary>
internal ref struct MessageReader(ReadOnlySpan<byte> datagram)
{
    private ReadOnlySpan<byte> _rest = datagram;

    public NetlinkHeader Header { get; private set; }

    /// <summary>The current message without its header.</summary>
    public ReadOnlySpan<byte> Body { get; private set; }

    /// <exception cref="NetlinkException">The datagram is cut short.</exception>
    public bool Next()
    {
        if (_rest.Length < NetlinkHeader.Size)
            return false;

        Header = MemoryMarshal.Read<NetlinkHeader>(_rest);
        if (Header.Length < NetlinkHeader.Size || Header.Length > _rest.Length)
            throw NetlinkException.Malformed($"a message of {Header.Length} bytes where {_rest.Length} are left");

        var length = (int)Header.Length;
        Body = _rest[NetlinkHeader.Size..length];
        _rest = _rest[Math.Min(NetlinkHeader.Align(length), _rest.Length)..];
        return true;
    }

    /// <summary>Splits the family's fixed part from the attributes that follow it.</summary>
    public static T ReadFixed<T>(ReadOnlySpan<byte> body, out AttributeReader attributes) where T : unmanaged
    {
        var size = Unsafe.SizeOf<T>();
        if (body.Length < size)
            throw NetlinkException.Malformed($"a {typeof(T).Name} of {body.Length} bytes, not {size}");

        attributes = new AttributeReader(body[Math.Min(NetlinkHeader.Align(size), body.Length)..]);
        return MemoryMarshal.Read<T>(body);
    }
}
