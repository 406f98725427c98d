using System.IO.Enumeration;
using System.Net;
using Calico.Bgp.Attributes;
using Calico.Bgp.Routes;
using Calico.Bgp.Values;

namespace Calico.Bgp.Policy;

/// <summary>What a route must be like; all that is given must hold.</summary>
public sealed record RouteMatch
{
    /// <summary>A range of prefixes; with <see cref="IsOutside"/> what is not in it.</summary>
    public IPNetwork? Within
    {
        get;
        init
        {
            field = value;
            _within = value is { } network ? new Prefix(network) : null;
        }
    }

    private readonly Prefix? _within;

    /// <summary>By default the length of <see cref="Within"/>.</summary>
    public int? MinLength { get; init; }

    /// <summary>By default the longest there is.</summary>
    public int? MaxLength { get; init; }

    /// <summary>Turns the match of prefix and length round.</summary>
    public bool IsOutside { get; init; }

    public RouteOrigin? Origin { get; init; }

    /// <summary>Of the session that the policy is for: true for internal peers, false for external ones.</summary>
    public bool? PeerIsInternal { get; init; }

    /// <summary>The name of the peer that the route came from.</summary>
    public string? FromPeer { get; init; }

    /// <summary>The interface by which the next hop is reached when the route is judged; <c>*</c> stands for any characters. Own routes lead out by none.</summary>
    public string? Interface { get; init; }

    /// <summary>All of them must be there; the upper half is the AS (RFC 1997).</summary>
    public ValueArray<uint> Communities { get; init; } = [];

    public ValueArray<LargeCommunity> LargeCommunities { get; init; } = [];

    /// <summary>The AS_PATH begins with these.</summary>
    public ValueArray<uint> AsPathPrefix { get; init; } = [];

    /// <summary>The LOCAL_PREF; a route without one has 100.</summary>
    public uint? LocalPreference { get; init; }

    internal bool Matches(in JudgedRoute route) =>
        MatchesPrefix(route.Prefix)
        && (Origin is null || Origin == RouteOrigin.Own == route.Source.IsLocal)
        && (PeerIsInternal is null || PeerIsInternal == route.PeerIsInternal)
        && (FromPeer is null || FromPeer == route.Source.Name)
        && (Interface is null || MatchesInterface(route, Interface))
        && (route.Attributes is not { } attributes || Matches(attributes));

    private static bool MatchesInterface(in JudgedRoute route, string pattern) =>
        !route.Source.IsLocal
        && route is { Attributes: { } attributes, InterfaceOf: { } interfaceOf }
        && interfaceOf(attributes.LinkLocalNextHop ?? attributes.NextHop) is { } name
        && FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: false);

    private bool MatchesPrefix(Prefix prefix) =>
        _within is not { } within
        || IsOutside != (within.Covers(prefix) && prefix.Length >= (MinLength ?? 0) && prefix.Length <= (MaxLength ?? 128));

    private bool Matches(PathAttributes attributes)
    {
        foreach (var community in Communities.AsSpan())
        {
            if (!attributes.Communities.AsSpan().Contains(community))
                return false;
        }

        foreach (var community in LargeCommunities.AsSpan())
        {
            if (!attributes.LargeCommunities.AsSpan().Contains(community))
                return false;
        }

        return attributes.AsPath.StartsWith(AsPathPrefix.AsSpan())
            && (LocalPreference is null || LocalPreference == DecisionProcess.LocalPreference(attributes));
    }
}

public enum RouteOrigin
{
    /// <summary>Originated by this speaker.</summary>
    Own,

    /// <summary>Learned from a peer.</summary>
    Peers,
}
