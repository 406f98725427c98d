using System.Buffers.Binary;
using System.Net;
using Calico.Bgp.Messages;
using Calico.Bgp.Values;

namespace Calico.Bgp.Attributes;

/// <summary>What the values of attributes are made of.</summary>
internal static class AttributeValues
{
    public const AttributeFlags Category = AttributeFlags.Optional | AttributeFlags.Transitive;

    /// <summary>Null of an attribute that is not known here.</summary>
    public static AttributeFlags? ExpectedCategory(AttributeType type) => type switch
    {
        AttributeType.Origin or AttributeType.AsPath or AttributeType.NextHop or AttributeType.LocalPreference or AttributeType.AtomicAggregate
            => AttributeFlags.Transitive,
        AttributeType.MultiExitDiscriminator or AttributeType.OriginatorId or AttributeType.ClusterList or AttributeType.MpReach or AttributeType.MpUnreach
            => AttributeFlags.Optional,
        AttributeType.Aggregator or AttributeType.Communities or AttributeType.ExtendedCommunities or AttributeType.As4Path
            or AttributeType.As4Aggregator or AttributeType.LargeCommunities or AttributeType.OnlyToCustomer => Category,
        _ => null,
    };

    /// <summary>RFC 4271 §6.3: syntactically a host's address. 0.0.0.0/8, loopback, multicast and beyond are none.</summary>
    public static bool IsUsable(IPAddress address, in CodecOptions options)
    {
        if (IPAddress.IsLoopback(address))
            return options.OnLoopback;

        Span<byte> octets = stackalloc byte[16];
        address.TryWriteBytes(octets, out var written);
        return written == 4
            ? octets[0] is not (0 or >= 224)
            : !address.Equals(IPAddress.IPv6Any) && !address.IsIPv6Multicast;
    }

    public static bool IsListOf(int size, ReadOnlySpan<byte> value) => !value.IsEmpty && value.Length % size == 0;

    public static uint UInt32(ReadOnlySpan<byte> value) => BinaryPrimitives.ReadUInt32BigEndian(value);

    public static ValueArray<uint> ReadNumbers(ReadOnlySpan<byte> value)
    {
        var numbers = new uint[value.Length / 4];
        for (var i = 0; i < numbers.Length; i++)
            numbers[i] = UInt32(value[(i * 4)..]);
        return new(numbers);
    }

    public static ValueArray<ulong> ReadExtended(ReadOnlySpan<byte> value)
    {
        var communities = new ulong[value.Length / 8];
        for (var i = 0; i < communities.Length; i++)
            communities[i] = BinaryPrimitives.ReadUInt64BigEndian(value[(i * 8)..]);
        return new(communities);
    }

    /// <summary>RFC 8092 §5: repeated values count once.</summary>
    public static ValueArray<LargeCommunity> ReadLarge(ReadOnlySpan<byte> value)
    {
        var communities = new List<LargeCommunity>();
        for (; !value.IsEmpty; value = value[12..])
            communities.Add(new(UInt32(value), UInt32(value[4..]), UInt32(value[8..])));
        return communities.Distinct().ToValueArray();
    }
}
