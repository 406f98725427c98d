using System.Buffers.Binary;
using System.Net;
using Calico.Bgp.Messages;
using Calico.Bgp.Values;

namespace Calico.Bgp.Attributes;

/// <summary>MP_REACH_NLRI: routes of any family, with their next hop.</summary>
/// <remarks>RFC 4760 §3: AFI (2), SAFI (1), length and next hop (1 + n), reserved (1), prefixes. RFC 2545 §3: an IPv6 next hop may be a pair.</remarks>
internal sealed record MpReach(Family Family, IPAddress NextHop, IPAddress? LinkLocal, ValueArray<Prefix> Prefixes)
{
    /// <summary>As many as there are prefixes; none without add-path.</summary>
    public ValueArray<uint> PathIds { get; init; } = ValueArray<uint>.Empty;

    /// <summary>What stands before the prefixes.</summary>
    public static void WriteHead(ref BgpWriter writer, Family family, IPAddress nextHop, IPAddress? linkLocal)
    {
        writer.WriteUInt16(family.Afi);
        writer.WriteByte(family.Safi);
        var length = writer.BeginLength8();
        writer.WriteAddress(nextHop);
        if (linkLocal is not null)
            writer.WriteAddress(linkLocal);
        writer.EndLength8(length);
        writer.WriteByte(0);
    }

    /// <returns>Null if the family is not one that was agreed on: its routes are ignored (RFC 4760 §6).</returns>
    /// <exception cref="BgpProtocolException">Its routes cannot be told apart (RFC 7606 §7.11).</exception>
    public static MpReach? Decode(ReadOnlySpan<byte> value, in CodecOptions options)
    {
        if (value.Length < 5 || value[3] > value.Length - 5)
            throw Malformed(value);

        var family = new Family(BinaryPrimitives.ReadUInt16BigEndian(value), value[2]);
        if (!options.Carries(family))
            return null;

        var nextHop = value.Slice(4, value[3]);
        var isIPv6 = family == Family.IPv6Unicast;
        var isLong = nextHop.Length is 16 or 32 && (isIPv6 || options.ExtendedNextHop);
        if (!isLong && (isIPv6 || nextHop.Length != 4))
            throw Malformed(value);

        var (prefixes, pathIds) = Nlri.Decode(value[(5 + nextHop.Length)..], isIPv6, options.AddPathIn) ?? throw Malformed(value);
        return isLong
            ? new(family, new IPAddress(nextHop[..16]), nextHop.Length == 32 ? new IPAddress(nextHop[16..]) : null, prefixes) { PathIds = pathIds }
            : new(family, new IPAddress(nextHop), null, prefixes) { PathIds = pathIds };
    }

    public void Encode(ref BgpWriter writer)
    {
        var start = AttributeWriter.BeginExtended(ref writer, AttributeFlags.Optional, AttributeType.MpReach);
        WriteHead(ref writer, Family, NextHop, LinkLocal);
        Nlri.Encode(ref writer, Prefixes, PathIds);
        writer.EndLength16(start);
    }

    private static BgpProtocolException Malformed(ReadOnlySpan<byte> value) =>
        BgpProtocolException.Update(UpdateError.OptionalAttribute, $"MP_REACH_NLRI is malformed: {Convert.ToHexString(value)}", value);
}
