using System.Buffers.Binary;
using Calico.Bgp.Messages;
using Calico.Bgp.Values;

namespace Calico.Bgp.Attributes;

/// <summary>MP_UNREACH_NLRI: withdrawn routes of any family; with none, End-of-RIB.</summary>
/// <remarks>RFC 4760 §4: AFI (2), SAFI (1), prefixes.</remarks>
internal sealed record MpUnreach(Family Family, ValueArray<Prefix> Prefixes)
{
    /// <summary>As many as there are prefixes; none without add-path.</summary>
    public ValueArray<uint> PathIds { get; init; } = ValueArray<uint>.Empty;

    /// <returns>Of a family that was not agreed on, no prefixes.</returns>
    /// <exception cref="BgpProtocolException">Its routes cannot be told apart (RFC 7606 §7.12).</exception>
    public static MpUnreach Decode(ReadOnlySpan<byte> value, in CodecOptions options)
    {
        if (value.Length < 3)
            throw Malformed(value);

        var family = new Family(BinaryPrimitives.ReadUInt16BigEndian(value), value[2]);
        if (!options.Carries(family))
            return new(family, []);

        var (prefixes, pathIds) = Nlri.Decode(value[3..], family == Family.IPv6Unicast, options.AddPathIn) ?? throw Malformed(value);
        return new(family, prefixes) { PathIds = pathIds };
    }

    public void Encode(ref BgpWriter writer)
    {
        var start = AttributeWriter.BeginExtended(ref writer, AttributeFlags.Optional, AttributeType.MpUnreach);
        writer.WriteUInt16(Family.Afi);
        writer.WriteByte(Family.Safi);
        Nlri.Encode(ref writer, Prefixes, PathIds);
        writer.EndLength16(start);
    }

    private static BgpProtocolException Malformed(ReadOnlySpan<byte> value) =>
        BgpProtocolException.Update(UpdateError.OptionalAttribute, $"MP_UNREACH_NLRI is malformed: {Convert.ToHexString(value)}", value);
}
