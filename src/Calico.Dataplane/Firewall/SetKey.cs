using System.Buffers.Binary;
using System.Net;
using System.Runtime.InteropServices;
using System.Text;

namespace Calico.Dataplane.Firewall;

/// <summary>The key of a set's element as the kernel compares it: up to 32 bytes, in network order, compared whole.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct SetKey : IComparable<SetKey>
{
    public const int InterfaceLength = 16; // IFNAMSIZ

    private readonly UInt128 _high;
    private readonly UInt128 _low;

    private SetKey(ReadOnlySpan<byte> bytes)
    {
        Span<byte> padded = stackalloc byte[32];
        bytes.CopyTo(padded);
        _high = BinaryPrimitives.ReadUInt128BigEndian(padded);
        _low = BinaryPrimitives.ReadUInt128BigEndian(padded[16..]);
        Length = bytes.Length;
    }

    public int Length { get; }

    public static SetKey Of(ReadOnlySpan<byte> bytes) => new(bytes);

    public static SetKey Of(IPAddress address) => new(address.GetAddressBytes());

    public static SetKey Of(ushort port)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ushort)];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, port);
        return new(bytes);
    }

    public static SetKey Of(string interfaceName)
    {
        Span<byte> bytes = stackalloc byte[InterfaceLength];
        bytes.Clear();
        Encoding.ASCII.GetBytes(interfaceName, bytes);
        return new(bytes);
    }

    public static SetKey Of(string interfaceName, IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[InterfaceLength + 16];
        bytes.Clear();
        Encoding.ASCII.GetBytes(interfaceName, bytes);
        address.TryWriteBytes(bytes[InterfaceLength..], out var length);
        return new(bytes[..(InterfaceLength + length)]);
    }

    /// <summary>Address, protocol and port, each padded to four bytes as registers are.</summary>
    public static SetKey Of(Model.Hosts.AddressPort port)
    {
        Span<byte> bytes = stackalloc byte[16 + 8];
        bytes.Clear();
        port.Address.TryWriteBytes(bytes, out var length);
        bytes[length] = port.Protocol.Number;
        BinaryPrimitives.WriteUInt16BigEndian(bytes[(length + 4)..], port.Port);
        return new(bytes[..(length + 8)]);
    }

    public byte[] ToBytes()
    {
        var bytes = new byte[Length];
        CopyTo(bytes);
        return bytes;
    }

    public Netlink.Nftables.NftValue ToValue()
    {
        Span<byte> bytes = stackalloc byte[Length];
        CopyTo(bytes);
        return Netlink.Nftables.NftValue.Of(bytes);
    }

    /// <param name="bytes">At least as long.</param>
    public void CopyTo(Span<byte> bytes)
    {
        Span<byte> padded = stackalloc byte[32];
        BinaryPrimitives.WriteUInt128BigEndian(padded, _high);
        BinaryPrimitives.WriteUInt128BigEndian(padded[16..], _low);
        padded[..Length].CopyTo(bytes);
    }

    /// <summary>Of a key of at most 16 bytes, a port or an address.</summary>
    public UInt128 ToNumber() => _high >> (8 * (16 - Length));

    /// <summary>The key that comes next in the kernel's order; null after the last.</summary>
    public SetKey? Next()
    {
        var bytes = ToBytes();
        for (var i = bytes.Length - 1; i >= 0; i--)
        {
            if (++bytes[i] != 0)
                return new(bytes);
        }

        return null;
    }

    public static bool operator <(SetKey left, SetKey right) => left.CompareTo(right) < 0;

    public static bool operator <=(SetKey left, SetKey right) => left.CompareTo(right) <= 0;

    public static bool operator >(SetKey left, SetKey right) => left.CompareTo(right) > 0;

    public static bool operator >=(SetKey left, SetKey right) => left.CompareTo(right) >= 0;

    public bool Equals(SetKey other) => _high == other._high && _low == other._low && Length == other.Length;

    /// <summary>Of eight bytes at a time: what is made of a record's fields in general takes several times as long.</summary>
    public override int GetHashCode() => HashCode.Combine((ulong)(_high >> 64), (ulong)_high, (ulong)(_low >> 64), (ulong)_low);

    public int CompareTo(SetKey other) => (_high, _low).CompareTo((other._high, other._low));

    public override string ToString() => Convert.ToHexStringLower(ToBytes());
}
