using System.Buffers.Binary;
using System.Net;

namespace Calico.Bgp.Values;

/// <summary>An IPv4 or IPv6 prefix as the RIBs hold it: 24 bytes and no object, so that a table of a million of them is one array.</summary>
/// <remarks>Bits past the length are always zero, so equality is that of the prefixes (RFC 4271 §4.3: trailing bits are irrelevant).</remarks>
public readonly record struct Prefix : IComparable<Prefix>
{
    private readonly ulong _high; // the address, left-aligned: an IPv4 address fills the upper half
    private readonly ulong _low;
    private readonly byte _length;
    private readonly bool _isIPv6;

    /// <param name="high">The first half of the left-aligned address.</param>
    /// <param name="low">The other half.</param>
    public Prefix(ulong high, ulong low, byte length, bool isIPv6)
    {
        (_high, _low) = (high & Mask(length), low & Mask(length - 64));
        (_length, _isIPv6) = (length, isIPv6);
    }

    public Prefix(IPNetwork network)
        : this(network.BaseAddress, network.PrefixLength)
    {
    }

    public Prefix(IPAddress address, int length)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out var written);
        this = Read(bytes[..written], (byte)length, isIPv6: written == 16);
    }

    /// <summary>The first half of the left-aligned address.</summary>
    public ulong High => _high;

    public ulong Low => _low;

    public int Length => _length;

    public bool IsIPv6 => _isIPv6;

    public Family Family => _isIPv6 ? Family.IPv6Unicast : Family.IPv4Unicast;

    /// <summary>How many octets of the address stand on the wire.</summary>
    public int OctetCount => (_length + 7) / 8;

    /// <param name="octets">As many as the length asks for, or more; the rest counts as zero.</param>
    public static Prefix Read(ReadOnlySpan<byte> octets, byte length, bool isIPv6)
    {
        Span<byte> address = stackalloc byte[16];
        octets.CopyTo(address);
        return new(BinaryPrimitives.ReadUInt64BigEndian(address), BinaryPrimitives.ReadUInt64BigEndian(address[8..]), length, isIPv6);
    }

    /// <summary>Writes all 16 octets of the left-aligned address; the first <see cref="OctetCount"/> are the prefix.</summary>
    public void Write(Span<byte> octets)
    {
        BinaryPrimitives.WriteUInt64BigEndian(octets, _high);
        BinaryPrimitives.WriteUInt64BigEndian(octets[8..], _low);
    }

    public IPNetwork ToNetwork()
    {
        Span<byte> octets = stackalloc byte[16];
        Write(octets);
        return new(new IPAddress(_isIPv6 ? octets : octets[..4]), _length);
    }

    /// <summary>True when the other lies wholly inside this one, or is the same.</summary>
    public bool Covers(Prefix other) =>
        _isIPv6 == other._isIPv6 && _length <= other._length && _high == (other._high & Mask(_length)) && _low == (other._low & Mask(_length - 64));

    public int CompareTo(Prefix other) =>
        (_isIPv6, _high, _low, _length).CompareTo((other._isIPv6, other._high, other._low, other._length));

    public bool Equals(Prefix other) => _high == other._high && _low == other._low && _length == other._length && _isIPv6 == other._isIPv6;

    public override int GetHashCode()
    {
        var mixed = ((_high ^ _low) + _length) * 0x9E3779B97F4A7C15; // Fibonacci hashing: the upper half holds all the entropy
        return (int)(mixed >> 32);
    }

    /// <summary>All bits of it depend on all of the prefix and of the seed.</summary>
    public ulong Hash(ulong seed)
    {
        var mixed = (_high ^ seed) * 0x9E3779B97F4A7C15;
        mixed = (mixed ^ (mixed >> 32) ^ _low ^ ((ulong)_length << 1) ^ (_isIPv6 ? 1u : 0u)) * 0xD6E8FEB86659FD93;
        return mixed ^ (mixed >> 32);
    }

    public override string ToString() => ToNetwork().ToString();

    public static bool operator <(Prefix left, Prefix right) => left.CompareTo(right) < 0;

    public static bool operator >(Prefix left, Prefix right) => left.CompareTo(right) > 0;

    public static bool operator <=(Prefix left, Prefix right) => left.CompareTo(right) <= 0;

    public static bool operator >=(Prefix left, Prefix right) => left.CompareTo(right) >= 0;

    private static ulong Mask(int bits) => bits <= 0 ? 0 : bits >= 64 ? ulong.MaxValue : ulong.MaxValue << (64 - bits);
}
