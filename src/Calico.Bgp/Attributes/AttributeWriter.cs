using Calico.Bgp.Messages;

namespace Calico.Bgp.Attributes;

/// <summary>Writes all path attributes but the MP ones, in ascending order of type.</summary>
internal static class AttributeWriter
{
    private const AttributeFlags WellKnown = AttributeFlags.Transitive;
    private const AttributeFlags OptionalTransitive = AttributeFlags.Optional | AttributeFlags.Transitive;

    public static int BeginExtended(ref BgpWriter writer, AttributeFlags flags, AttributeType type)
    {
        writer.WriteByte((byte)(flags | AttributeFlags.ExtendedLength));
        writer.WriteByte((byte)type);
        return writer.BeginLength16();
    }

    /// <param name="withNextHop">False where MP_REACH_NLRI carries the next hop (RFC 4760 §3).</param>
    public static void Write(ref BgpWriter writer, PathAttributes attributes, bool withNextHop, bool fourOctetAs)
    {
        Header(ref writer, WellKnown, AttributeType.Origin, 1);
        writer.WriteByte((byte)attributes.Origin);
        Path(ref writer, AttributeType.AsPath, attributes.AsPath, fourOctetAs);
        if (withNextHop)
        {
            Header(ref writer, WellKnown, AttributeType.NextHop, 4);
            writer.WriteAddress(attributes.NextHop);
        }

        if (attributes.MultiExitDiscriminator is { } discriminator)
            Number(ref writer, AttributeFlags.Optional, AttributeType.MultiExitDiscriminator, discriminator);
        if (attributes.LocalPreference is { } preference)
            Number(ref writer, WellKnown, AttributeType.LocalPreference, preference);
        if (attributes.AtomicAggregate)
            Header(ref writer, WellKnown, AttributeType.AtomicAggregate, 0);
        if (attributes.Aggregator is { } aggregator)
            Aggregator(ref writer, AttributeType.Aggregator, aggregator, fourOctetAs);
        Numbers(ref writer, OptionalTransitive, AttributeType.Communities, attributes.Communities.AsSpan());
        if (attributes.OriginatorId is { } originator)
        {
            Header(ref writer, AttributeFlags.Optional, AttributeType.OriginatorId, 4);
            writer.WriteAddress(originator);
        }

        Numbers(ref writer, AttributeFlags.Optional, AttributeType.ClusterList, attributes.ClusterList.AsSpan());
        ExtendedCommunities(ref writer, attributes);
        if (!fourOctetAs && FourOctetAsPath.IsNeeded(attributes.AsPath))
            Path(ref writer, AttributeType.As4Path, FourOctetAsPath.WithoutConfederation(attributes.AsPath), fourOctetAs: true);
        if (!fourOctetAs && attributes.Aggregator is { As: > ushort.MaxValue } large)
            Aggregator(ref writer, AttributeType.As4Aggregator, large, fourOctetAs: true);
        LargeCommunities(ref writer, attributes);
        if (attributes.OnlyToCustomer is { } provider)
            Number(ref writer, OptionalTransitive, AttributeType.OnlyToCustomer, provider);
        foreach (var unknown in attributes.Unknown.AsSpan())
        {
            Header(ref writer, unknown.Flags, (AttributeType)unknown.Type, unknown.Value.Count);
            writer.Write(unknown.Value.AsSpan());
        }
    }

    private static void Header(ref BgpWriter writer, AttributeFlags flags, AttributeType type, int length)
    {
        if (length > byte.MaxValue)
        {
            writer.WriteByte((byte)(flags | AttributeFlags.ExtendedLength));
            writer.WriteByte((byte)type);
            writer.WriteUInt16((ushort)length);
            return;
        }

        writer.WriteByte((byte)(flags & ~AttributeFlags.ExtendedLength));
        writer.WriteByte((byte)type);
        writer.WriteByte((byte)length);
    }

    private static void Number(ref BgpWriter writer, AttributeFlags flags, AttributeType type, uint value)
    {
        Header(ref writer, flags, type, sizeof(uint));
        writer.WriteUInt32(value);
    }

    private static void Numbers(ref BgpWriter writer, AttributeFlags flags, AttributeType type, ReadOnlySpan<uint> values)
    {
        if (values.IsEmpty)
            return;

        Header(ref writer, flags, type, values.Length * sizeof(uint));
        foreach (var value in values)
            writer.WriteUInt32(value);
    }

    private static void Path(ref BgpWriter writer, AttributeType type, AsPath path, bool fourOctetAs)
    {
        var length = 0;
        foreach (var segment in path.Segments.AsSpan())
            length += 2 + segment.Numbers.Count * (fourOctetAs ? 4 : 2);
        Header(ref writer, type == AttributeType.AsPath ? WellKnown : OptionalTransitive, type, length);
        path.Encode(ref writer, fourOctetAs);
    }

    private static void Aggregator(ref BgpWriter writer, AttributeType type, Aggregator aggregator, bool fourOctetAs)
    {
        Header(ref writer, OptionalTransitive, type, fourOctetAs ? 8 : 6);
        if (fourOctetAs)
            writer.WriteUInt32(aggregator.As);
        else
            writer.WriteUInt16(aggregator.As <= ushort.MaxValue ? (ushort)aggregator.As : FourOctetAsPath.AsTrans);
        writer.WriteAddress(aggregator.Identifier);
    }

    private static void ExtendedCommunities(ref BgpWriter writer, PathAttributes attributes)
    {
        if (attributes.ExtendedCommunities.Count == 0)
            return;

        Header(ref writer, OptionalTransitive, AttributeType.ExtendedCommunities, attributes.ExtendedCommunities.Count * 8);
        foreach (var community in attributes.ExtendedCommunities)
        {
            writer.WriteUInt32((uint)(community >> 32));
            writer.WriteUInt32((uint)community);
        }
    }

    private static void LargeCommunities(ref BgpWriter writer, PathAttributes attributes)
    {
        if (attributes.LargeCommunities.Count == 0)
            return;

        Header(ref writer, OptionalTransitive, AttributeType.LargeCommunities, attributes.LargeCommunities.Count * 12);
        foreach (var (global, local1, local2) in attributes.LargeCommunities)
        {
            writer.WriteUInt32(global);
            writer.WriteUInt32(local1);
            writer.WriteUInt32(local2);
        }
    }
}
