using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Calico.Model.Addresses;

/// <summary>Arithmetic on addresses and prefixes, alike for IPv4 and IPv6.</summary>
public static class AddressArithmetic
{
    extension(IPAddress address)
    {
        public bool IsIPv4 => address.AddressFamily == AddressFamily.InterNetwork;

        /// <summary>32 or 128.</summary>
        public int BitLength => address.IsIPv4 ? 32 : 128;

        /// <summary>The prefix of the given length that the address lies in.</summary>
        public IPNetwork Truncate(int prefixLength)
        {
            var shift = address.BitLength - prefixLength;
            var bits = shift == 128 ? 0 : address.ToBits() >> shift << shift;
            return new IPNetwork(FromBits(bits, address.AddressFamily), prefixLength);
        }

        /// <summary>The prefix that holds this address alone: /32 or /128.</summary>
        public IPNetwork HostPrefix => new(address, address.BitLength);

        /// <summary>The address as a number; its distance to another of its family is plain subtraction.</summary>
        public UInt128 ToBits()
        {
            Span<byte> bytes = stackalloc byte[16];
            address.TryWriteBytes(bytes, out var written);
            return written == 4 ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt128BigEndian(bytes);
        }

        public IPAddress Plus(UInt128 offset) => FromBits(address.ToBits() + offset, address.AddressFamily);
    }

    extension(IPNetwork network)
    {
        public bool IsIPv4 => network.BaseAddress.IsIPv4;

        /// <summary>True of a /32 or a /128.</summary>
        public bool IsHost => network.PrefixLength == network.BaseAddress.BitLength;

        /// <summary>How many addresses it holds; of ::/0, which would overflow, one less.</summary>
        public UInt128 Size
        {
            get
            {
                var hostBits = network.BaseAddress.BitLength - network.PrefixLength;
                return hostBits == 128 ? UInt128.MaxValue : UInt128.One << hostBits;
            }
        }

        /// <summary>True when the other lies wholly inside this one, or is the same.</summary>
        public bool Covers(IPNetwork other) => network.PrefixLength <= other.PrefixLength && network.Contains(other.BaseAddress);

        public bool Overlaps(IPNetwork other) => network.Covers(other) || other.Covers(network);
    }

    public static IPAddress FromBits(UInt128 bits, AddressFamily family)
    {
        Span<byte> bytes = stackalloc byte[16];
        if (family == AddressFamily.InterNetwork)
        {
            BinaryPrimitives.WriteUInt32BigEndian(bytes, (uint)bits);
            return new IPAddress(bytes[..4]);
        }

        BinaryPrimitives.WriteUInt128BigEndian(bytes, bits);
        return new IPAddress(bytes);
    }

    /// <summary>Reads <c>10.0.0.0/8</c>; a bare address is a host prefix.</summary>
    /// <returns>False also for a prefix with host bits set: Calico's "net" fields refuse those.</returns>
    public static bool TryParseNetwork(string text, out IPNetwork network)
    {
        network = default;
        if (!InterfaceAddress.TryParse(text, out var parsed) || !parsed.Subnet.BaseAddress.Equals(parsed.Address))
            return false;

        network = parsed.Subnet;
        return true;
    }
}
