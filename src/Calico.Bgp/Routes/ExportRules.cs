using System.Net;
using Calico.Bgp.Attributes;
using Calico.Bgp.Policy;
using Calico.Bgp.Session;
using Calico.Bgp.Values;

namespace Calico.Bgp.Routes;

/// <summary>What a peer is told of a route, and whether it is told at all.</summary>
internal sealed record ExportRules
{
    private const ulong NonTransitive = 1UL << 62; // RFC 4360 §2: the second bit of the type

    public required RouteSource Peer { get; init; }

    public required Agreement Agreed { get; init; }

    /// <summary>Ours towards the peer.</summary>
    public required uint LocalAs { get; init; }

    public required uint ClusterId { get; init; }

    public required NextHopRule NextHop { get; init; }

    /// <summary>Our addresses, as next hops; null where we have none of the family.</summary>
    public required IPAddress? SelfIPv4 { get; init; }

    public required IPAddress? SelfIPv6 { get; init; }

    public required RoutePolicy Policy { get; init; }

    /// <summary>Whether routes from there may go to the peer at all (RFC 4271 §9.2, RFC 4456 §6).</summary>
    public bool MayHear(RibPath path) =>
        !ReferenceEquals(path.Source, Peer)
        && (path.Source.IsLocal || !path.Source.IsInternal || !Agreed.IsInternal || path.Source.IsClient || Peer.IsClient);

    /// <returns>Null if the peer must not hear of the route.</returns>
    public PathAttributes? Apply(Prefix prefix, RibPath path) => Accepts(prefix) ? Transform(path, prefix.IsIPv6) : null;

    /// <summary>The part of the judgement that depends on the prefix alone.</summary>
    public bool Accepts(Prefix prefix) => Agreed.Families.Contains(prefix.Family) && Policy.Accepts(prefix);

    /// <summary>The part that is the same for all prefixes of a family that share a path's attributes and source.</summary>
    public PathAttributes? Transform(RibPath path, bool isIPv6)
    {
        if (path.Usable is not { } attributes || !MayHear(path))
            return null;
        if (attributes.Communities.Contains(WellKnownCommunity.NoAdvertise))
            return null;
        if (!Agreed.IsInternal && (attributes.Communities.Contains(WellKnownCommunity.NoExport) || attributes.Communities.Contains(WellKnownCommunity.NoExportSubconfed)))
            return null;
        if (Agreed.PeerIdentifier.Equals(attributes.OriginatorId))
            return null;
        if (NextHopFor(isIPv6, path, attributes) is not { } nextHop || nextHop.Equals(Peer.Address)) // RFC 4271 §5.1.3: never its own address
            return null;

        var told = attributes with
        {
            NextHop = nextHop,
            LinkLocalNextHop = nextHop.Equals(attributes.NextHop) ? attributes.LinkLocalNextHop : null,
            Unknown = MarkPartial(attributes.Unknown),
        };
        return !Agreed.IsInternal ? ToExternal(told, path) : path.Source.IsInternal ? Reflected(told, path) : ToInternal(told);
    }

    private IPAddress? NextHopFor(bool isIPv6, RibPath path, PathAttributes attributes)
    {
        var isReflected = Agreed.IsInternal && path.Source.IsInternal; // RFC 4456 §10: a reflector changes no next hop
        var self = path.Source.IsLocal || NextHop switch
        {
            NextHopRule.Self => !isReflected,
            NextHopRule.Unchanged => false,
            _ => !Agreed.IsInternal,
        };
        return !self ? attributes.NextHop : isIPv6 ? SelfIPv6 : SelfIPv4;
    }

    private static PathAttributes ToInternal(PathAttributes attributes) =>
        attributes with { LocalPreference = DecisionProcess.LocalPreference(attributes) };

    /// <summary>RFC 4456 §8.</summary>
    private PathAttributes Reflected(PathAttributes attributes, RibPath path) => ToInternal(attributes) with
    {
        OriginatorId = attributes.OriginatorId ?? path.Source.Identifier,
        ClusterList = [ClusterId, .. attributes.ClusterList],
    };

    /// <summary>RFC 4271 §5.1: what means something inside our AS only stays there.</summary>
    private PathAttributes ToExternal(PathAttributes attributes, RibPath path) => attributes with
    {
        AsPath = attributes.AsPath.Prepend(LocalAs),
        LocalPreference = null,
        MultiExitDiscriminator = path.Source.IsLocal ? attributes.MultiExitDiscriminator : null,
        OriginatorId = null,
        ClusterList = ValueArray<uint>.Empty,
        ExtendedCommunities = attributes.ExtendedCommunities.Any(IsNonTransitive)
            ? attributes.ExtendedCommunities.Where(community => !IsNonTransitive(community)).ToValueArray()
            : attributes.ExtendedCommunities,
    };

    private static bool IsNonTransitive(ulong community) => (community & NonTransitive) != 0;

    /// <summary>RFC 4271 §5: someone on the way has not understood them.</summary>
    private static ValueArray<UnknownAttribute> MarkPartial(ValueArray<UnknownAttribute> attributes) => attributes.Count == 0
        ? attributes
        : attributes.Select(attribute => attribute with { Flags = attribute.Flags | AttributeFlags.Partial }).ToValueArray();
}
