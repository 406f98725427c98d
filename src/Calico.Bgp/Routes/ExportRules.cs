using System.Net;
using System.Net.Sockets;
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

    /// <summary>Ours to an external peer, if it was given one.</summary>
    public BgpRole? Role { get; init; }

    /// <summary>As <see cref="SpeakerOptions.NextHopInterface"/>.</summary>
    public Func<IPAddress, string?>? InterfaceOf { get; init; }

    /// <summary>Whether routes from there may go to such a peer at all (RFC 4271 §9.2, RFC 4456 §6).</summary>
    private bool MayHear(RouteSource source) => source.IsLocal || !source.IsInternal || !Agreed.IsInternal || source.IsClient || Peer.IsClient;

    /// <returns>Null if the peer must not hear of the route.</returns>
    public PathAttributes? Apply(Prefix prefix, RibPath path)
    {
        var route = new Choice(path.Source, path.Usable, path.Id);
        if (!Carries(prefix) || path.Usable is null || Judge(prefix, route) is not { Accepts: true } verdict)
            return null;

        return Transform(route, prefix.IsIPv6, verdict.Changes) is { } told && MayTell(route, told.NextHop) ? told : null;
    }

    public bool Carries(in Prefix prefix) => prefix.IsIPv6 ? Agreed.Codec.IPv6 : Agreed.Codec.IPv4;

    /// <summary>The part of the judgement that depends on the prefix.</summary>
    public PolicyVerdict Judge(in Prefix prefix, in Choice route) =>
        route.Source is { } source ? Policy.Judge(new(prefix, route.Attributes, source, Agreed.IsInternal, InterfaceOf)) : default;

    public bool MayTell(in Choice route, Exported told) => MayTell(route, told.NextHop);

    /// <summary>The part that differs between peers that are otherwise told the same: nothing goes back to where it came from, began, or leads to.</summary>
    private bool MayTell(in Choice route, IPAddress? nextHop) =>
        !ReferenceEquals(route.Source, Peer)
        && (route.Attributes?.OriginatorId is not { } originator || !Agreed.PeerIdentifier.Equals(originator))
        && nextHop is not null
        && !nextHop.Equals(Peer.Address); // RFC 4271 §5.1.3: never its own address

    /// <summary>All that <see cref="Transform"/>, <see cref="Judge"/> and <see cref="Carries"/> depend on: peers for which it is the same are told the same.</summary>
    public object Group => (
        Agreed.IsInternal, Agreed.Codec with { PeerAs = 0 }, LocalAs, ClusterId, NextHop, SelfIPv4, SelfIPv6, (Policy, Peer.IsClient, Agreed.PeerKnowsLongLived, Role));

    /// <summary>The part that is the same for all prefixes of a family that share a path's attributes and source.</summary>
    /// <param name="changes">What the policy asked for.</param>
    public PathAttributes? Transform(in Choice route, bool isIPv6, ulong changes)
    {
        if (route is not { Attributes: { } attributes, Source: { } source } || !MayHear(source))
            return null;

        if (changes != 0)
            attributes = Policy.Change(attributes, changes);
        if (attributes.Communities.Count > 0 && !MayLeave(attributes.Communities))
            return null;
        if (attributes.OnlyToCustomer is not null && Role is BgpRole.Customer or BgpRole.Peer or BgpRole.RouteServerClient)
            return null; // RFC 9234 §5: what is for customers goes to no provider, peer or route server
        if (NextHopFor(isIPv6, source, attributes) is not { } nextHop)
            return null;

        var told = attributes with
        {
            NextHop = nextHop,
            LinkLocalNextHop = nextHop.Equals(attributes.NextHop) ? attributes.LinkLocalNextHop : null,
            Unknown = MarkPartial(attributes.Unknown),
        };
        if (Agreed.IsInternal)
            return source.IsInternal ? Reflected(told, source) : ToInternal(told);

        // A MED that our own policy has set is meant for the peer.
        var isMeant = source.IsLocal || attributes.MultiExitDiscriminator != route.Attributes.MultiExitDiscriminator;
        return ToExternal(told, isMeant);
    }

    private bool MayLeave(ValueArray<uint> communities) =>
        !communities.Contains(WellKnownCommunity.NoAdvertise)
        && (Agreed.PeerKnowsLongLived || !communities.Contains(WellKnownCommunity.LongLivedStale)) // RFC 9494 §4.3
        && (Agreed.IsInternal || !(communities.Contains(WellKnownCommunity.NoExport) || communities.Contains(WellKnownCommunity.NoExportSubconfed)));

    private IPAddress? NextHopFor(bool isIPv6, RouteSource source, PathAttributes attributes)
    {
        var isReflected = Agreed.IsInternal && source.IsInternal; // RFC 4456 §10: a reflector changes no next hop
        var self = source.IsLocal || NextHop switch
        {
            NextHopRule.Self => !isReflected,
            NextHopRule.Unchanged => false,
            _ => !Agreed.IsInternal,
        };
        if (!self && (isIPv6 || Agreed.ExtendedNextHop || attributes.NextHop.AddressFamily == AddressFamily.InterNetwork))
            return attributes.NextHop;

        // RFC 8950: where we have no IPv4 address towards the peer, an IPv6 one does as well if the peer understands it.
        return isIPv6 ? SelfIPv6 : SelfIPv4 ?? (Agreed.ExtendedNextHop ? SelfIPv6 : null);
    }

    private static PathAttributes ToInternal(PathAttributes attributes) =>
        attributes with { LocalPreference = DecisionProcess.LocalPreference(attributes) };

    /// <summary>RFC 4456 §8.</summary>
    private PathAttributes Reflected(PathAttributes attributes, RouteSource source) => ToInternal(attributes) with
    {
        OriginatorId = attributes.OriginatorId ?? source.Identifier,
        ClusterList = [ClusterId, .. attributes.ClusterList],
    };

    /// <summary>RFC 4271 §5.1: what means something inside our AS only stays there.</summary>
    private PathAttributes ToExternal(PathAttributes attributes, bool withDiscriminator) => attributes with
    {
        AsPath = attributes.AsPath.Prepend(LocalAs),
        LocalPreference = null,
        MultiExitDiscriminator = withDiscriminator ? attributes.MultiExitDiscriminator : null,
        OriginatorId = null,
        ClusterList = ValueArray<uint>.Empty,
        OnlyToCustomer = attributes.OnlyToCustomer ?? (Role is BgpRole.Provider or BgpRole.Peer or BgpRole.RouteServer ? LocalAs : null),
        ExtendedCommunities = attributes.ExtendedCommunities.Count > 0 && attributes.ExtendedCommunities.Any(IsNonTransitive)
            ? attributes.ExtendedCommunities.Where(community => !IsNonTransitive(community)).ToValueArray()
            : attributes.ExtendedCommunities,
    };

    private static bool IsNonTransitive(ulong community) => (community & NonTransitive) != 0;

    /// <summary>RFC 4271 §5: someone on the way has not understood them.</summary>
    private static ValueArray<UnknownAttribute> MarkPartial(ValueArray<UnknownAttribute> attributes) => attributes.Count == 0
        ? attributes
        : attributes.Select(attribute => attribute with { Flags = attribute.Flags | AttributeFlags.Partial }).ToValueArray();
}
