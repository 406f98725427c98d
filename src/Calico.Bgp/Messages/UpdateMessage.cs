using Calico.Bgp.Attributes;
using Calico.Bgp.Values;

namespace Calico.Bgp.Messages;

/// <summary>Routes announced and withdrawn. What is withdrawn is to be handled first: an announcement of the same prefix wins.</summary>
/// <remarks>
/// RFC 4271 §4.3: length (2) and withdrawn IPv4 prefixes, length (2) and path attributes, announced IPv4 prefixes.
/// RFC 4760: other families stand in the attributes MP_REACH_NLRI and MP_UNREACH_NLRI.
/// A message that is malformed in a way that harms its own routes only (RFC 7606) decodes to their withdrawal and says so in <see cref="Faults"/>.
/// </remarks>
/// <param name="Announced">At most one of IPv4 with an IPv4 next hop and one that goes by MP_REACH_NLRI; their attributes differ in the next hop only.</param>
internal sealed record UpdateMessage(ValueArray<Prefix> Withdrawn, ValueArray<Announcement> Announced) : BgpMessage
{
    private const int LengthFields = 4;

    /// <summary>How many octets the attributes and announced prefixes of one message may take.</summary>
    public static int RoomIn(int length) => length - HeaderLength - LengthFields;

    /// <summary>As many as there are withdrawn prefixes, 0 where the family goes without; none without add-path.</summary>
    public ValueArray<uint> WithdrawnIds { get; init; } = ValueArray<uint>.Empty;

    /// <summary>The sender has told all its routes of this family (RFC 4724 §2).</summary>
    public Family? EndOfRib { get; init; }

    /// <summary>What was wrong and has been dealt with, in words.</summary>
    public ValueArray<string> Faults { get; init; } = ValueArray<string>.Empty;

    /// <summary>All routes that it announced count as withdrawn for what was wrong (RFC 7606 §2).</summary>
    public bool IsTreatedAsWithdraw { get; init; }

    protected override MessageType Type => MessageType.Update;

    public static UpdateMessage EndOf(Family family) => new([], []) { EndOfRib = family };

    public static UpdateMessage DecodeBody(ReadOnlySpan<byte> bytes, in CodecOptions options)
    {
        var body = new BgpReader(bytes, LengthsDisagree);
        var withdrawn = Decode(body.Read(body.ReadUInt16()), "withdrawn routes", options);
        var attributeBytes = body.Read(body.ReadUInt16());
        var announced = Decode(body.ReadRest(), "NLRI", options);
        if (bytes.Length == LengthFields)
            return EndOf(Family.IPv4Unicast);

        var attributes = AttributeSection.Decode(attributeBytes, options);
        if (attributes.IsEndOfRib && withdrawn.Prefixes.Count == 0 && announced.Prefixes.Count == 0 && attributes.Unreachable is { } end)
            return EndOf(end.Family) with { Faults = attributes.Faults };

        attributes.Check(hasClassicRoutes: bytes.Length - LengthFields - attributeBytes.Length > 0 && announced.Prefixes.Count > 0, options);
        var classic = announced.Prefixes.Count > 0
            ? new Announcement(attributes.WithdrawAll ? null : attributes.Build(attributes.NextHop, null), announced.Prefixes) { PathIds = announced.PathIds }
            : null;
        var other = attributes.Reachable is { } reach && options.Carries(reach.Family)
            ? new Announcement(attributes.WithdrawAll ? null : attributes.Build(reach.NextHop, reach.LinkLocal), reach.Prefixes) { PathIds = reach.PathIds }
            : null;
        var gone = attributes.Unreachable is { } unreach && options.Carries(unreach.Family) ? withdrawn.Plus(new(unreach.Prefixes, unreach.PathIds)) : withdrawn;
        if (attributes.WithdrawAll)
        {
            var all = gone.Plus(classic?.Nlri ?? Nlri.Empty).Plus(other?.Nlri ?? Nlri.Empty);
            return new(all.Prefixes, []) { WithdrawnIds = all.PathIds, Faults = attributes.Faults, IsTreatedAsWithdraw = true };
        }

        ValueArray<Announcement> routes = (classic, other) switch
        {
            (not null, not null) => [classic, other],
            (null, null) => [],
            _ => [classic ?? other ?? throw new InvalidOperationException("one of them is there")],
        };
        return new(gone.Prefixes, routes) { WithdrawnIds = gone.PathIds, Faults = attributes.Faults };
    }

    protected override void EncodeBody(ref BgpWriter body, in CodecOptions options)
    {
        var classic = Announced.FirstOrDefault(route => route.IsClassic);
        var other = Announced.FirstOrDefault(route => !route.IsClassic);
        var start = body.BeginLength16();
        var withdrawn = new Nlri(Withdrawn, WithdrawnIds);
        var gone = withdrawn.Only(isIPv6: false, options.AddPathIn);
        Nlri.Encode(ref body, gone.Prefixes, gone.PathIds);
        body.EndLength16(start);

        start = body.BeginLength16();
        var unreachable = withdrawn.Only(isIPv6: true, options.AddPathIn);
        if (unreachable.Prefixes.Count > 0)
            new MpUnreach(Family.IPv6Unicast, unreachable.Prefixes) { PathIds = unreachable.PathIds }.Encode(ref body);
        if (EndOfRib is { } family && family != Family.IPv4Unicast)
            new MpUnreach(family, []).Encode(ref body);
        if (other?.Attributes is { } attributes)
            new MpReach(other.Prefixes[0].Family, attributes.NextHop, attributes.LinkLocalNextHop, other.Prefixes) { PathIds = other.PathIds }.Encode(ref body);
        if ((classic ?? other)?.Attributes is { } common)
            AttributeWriter.Write(ref body, common, withNextHop: classic is not null, options.FourOctetAs);
        body.EndLength16(start);

        if (classic is not null)
            Nlri.Encode(ref body, classic.Prefixes, classic.PathIds);
    }

    private static Nlri Decode(ReadOnlySpan<byte> bytes, string field, in CodecOptions options)
    {
        var prefixes = Nlri.Decode(bytes, isIPv6: false, options.AddPathIn)
            ?? throw BgpProtocolException.Update(UpdateError.InvalidNetworkField, $"a prefix in the {field} field is malformed: {Convert.ToHexString(bytes)}");
        return options.IPv4 ? prefixes : Nlri.Empty;
    }

    private static BgpProtocolException LengthsDisagree() =>
        BgpProtocolException.Update(UpdateError.MalformedAttributeList, "the lengths inside an UPDATE exceed its own");
}

/// <summary>Prefixes that share all attributes.</summary>
/// <param name="Attributes">Null only while a message is being decoded.</param>
internal sealed record Announcement(PathAttributes? Attributes, ValueArray<Prefix> Prefixes)
{
    /// <summary>As many as there are prefixes; none without add-path (RFC 7911).</summary>
    public ValueArray<uint> PathIds { get; init; } = ValueArray<uint>.Empty;

    public Nlri Nlri => new(Prefixes, PathIds);

    /// <summary>True of what needs no MP_REACH_NLRI.</summary>
    public bool IsClassic => Attributes is { NextHop.AddressFamily: System.Net.Sockets.AddressFamily.InterNetwork } && !Prefixes[0].IsIPv6;
}
