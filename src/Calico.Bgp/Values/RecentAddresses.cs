using System.Buffers.Binary;
using System.Net;

namespace Calico.Bgp.Values;

/// <summary>One object for an IPv4 address that is read again and again, as next hops are. Safe for use from several threads.</summary>
internal static class RecentAddresses
{
    private const int Size = 256;

    private static readonly IPAddress?[] Recent = new IPAddress?[Size];

    /// <param name="octets">Four.</param>
    public static IPAddress Of(ReadOnlySpan<byte> octets)
    {
        ref var place = ref Recent[BinaryPrimitives.ReadUInt32BigEndian(octets) * 0x9E3779B1 >> 24];
        var known = Volatile.Read(ref place);
        Span<byte> its = stackalloc byte[4];
        if (known is not null && known.TryWriteBytes(its, out _) && its.SequenceEqual(octets))
            return known;

        known = new IPAddress(octets);
        Volatile.Write(ref place, known);
        return known;
    }
}
