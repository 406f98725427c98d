using System.Buffers.Binary;
using System.Net;
using System.Runtime.InteropServices;
using System.Text;

namespace Calico.Netlink.Nftables;

/// <summary>Bytes as they lie in a register: what is compared, looked up or set. Equal by content.</summary>
public readonly struct NftValue : IEquatable<NftValue>, IComparable<NftValue>
{
    private const int InterfaceNameSize = 16; // IFNAMSIZ

    private readonly byte[]? _bytes;

    private NftValue(byte[] bytes) => _bytes = bytes;

    public ReadOnlySpan<byte> Bytes => _bytes;

    public static NftValue Of(ReadOnlySpan<byte> bytes) => new(bytes.ToArray());

    public static NftValue Address(IPAddress address) => new(address.GetAddressBytes());

    /// <summary>A number in host order: a mark, a conntrack state, a link's index.</summary>
    public static NftValue Number(uint value)
    {
        var bytes = new byte[sizeof(uint)];
        MemoryMarshal.Write(bytes, in value);
        return new NftValue(bytes);
    }

    /// <summary>One byte: an IP protocol, an ICMP type, an address family.</summary>
    public static NftValue Byte(byte value) => new([value]);

    /// <summary>A port, in network order.</summary>
    public static NftValue Port(ushort value)
    {
        var bytes = new byte[sizeof(ushort)];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, value);
        return new NftValue(bytes);
    }

    /// <summary>A whole interface name.</summary>
    /// <exception cref="ArgumentException">It is longer than the kernel's 15 bytes.</exception>
    public static NftValue InterfaceName(string name)
    {
        var bytes = new byte[InterfaceNameSize];
        if (Encoding.UTF8.GetByteCount(name) >= InterfaceNameSize)
            throw new ArgumentException($"\"{name}\" is longer than an interface's name can be: 15 bytes", nameof(name));

        Encoding.UTF8.GetBytes(name, bytes);
        return new NftValue(bytes);
    }

    /// <summary>The start of interface names; compared by its own length, it matches all of them, as <c>cali*</c> (iptables: <c>cali+</c>) does.</summary>
    public static NftValue InterfacePrefix(string prefix) => new(Encoding.UTF8.GetBytes(prefix));

    /// <summary>A concatenated key: each part padded to four bytes, as registers are.</summary>
    public static NftValue Concatenate(params ReadOnlySpan<NftValue> parts)
    {
        var length = 0;
        foreach (var part in parts)
            length += Padded(part.Bytes.Length);

        var bytes = new byte[length];
        var rest = bytes.AsSpan();
        foreach (var part in parts)
        {
            part.Bytes.CopyTo(rest);
            rest = rest[Padded(part.Bytes.Length)..];
        }

        return new NftValue(bytes);
    }

    internal static int Padded(int length) => (length + 3) & ~3;

    /// <summary>The next larger value of that width; null after the last.</summary>
    internal NftValue? Successor()
    {
        var bytes = Bytes.ToArray();
        for (var i = bytes.Length - 1; i >= 0; i--)
        {
            if (++bytes[i] != 0)
                return new NftValue(bytes);
        }

        return null;
    }

    internal NftValue Predecessor()
    {
        var bytes = Bytes.ToArray();
        for (var i = bytes.Length - 1; i >= 0; i--)
        {
            if (bytes[i]-- != 0)
                break;
        }

        return new NftValue(bytes);
    }

    /// <summary>The largest value of that width.</summary>
    internal NftValue Largest()
    {
        var bytes = new byte[Bytes.Length];
        bytes.AsSpan().Fill(byte.MaxValue);
        return new NftValue(bytes);
    }

    public bool Equals(NftValue other) => Bytes.SequenceEqual(other.Bytes);

    public override bool Equals(object? obj) => obj is NftValue other && Equals(other);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(Bytes);
        return hash.ToHashCode();
    }

    public int CompareTo(NftValue other) => Bytes.SequenceCompareTo(other.Bytes);

    public override string ToString() => "0x" + Convert.ToHexStringLower(Bytes);

    public static bool operator ==(NftValue left, NftValue right) => left.Equals(right);

    public static bool operator !=(NftValue left, NftValue right) => !left.Equals(right);

    public static bool operator <(NftValue left, NftValue right) => left.CompareTo(right) < 0;

    public static bool operator >(NftValue left, NftValue right) => left.CompareTo(right) > 0;

    public static bool operator <=(NftValue left, NftValue right) => left.CompareTo(right) <= 0;

    public static bool operator >=(NftValue left, NftValue right) => left.CompareTo(right) >= 0;
}
