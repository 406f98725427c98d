using System.Net;
using System.Text.Json.Serialization;
using Calico.Model.Values;

namespace Calico.Model.Resources.Specs;

/// <summary>Rules for the routes that a BGP peer sends or is told, each list in its order: the first that matches decides.</summary>
public sealed record BgpFilterSpec
{
    public ValueList<BgpFilterRule>? ImportV4 { get; init; }

    public ValueList<BgpFilterRule>? ExportV4 { get; init; }

    public ValueList<BgpFilterRule>? ImportV6 { get; init; }

    public ValueList<BgpFilterRule>? ExportV6 { get; init; }
}

/// <summary>What is given must hold all together; a rule with nothing given matches every route.</summary>
public sealed record BgpFilterRule
{
    public BgpFilterAction? Action { get; init; }

    /// <summary>With <see cref="MatchOperator"/>, never alone.</summary>
    public IPNetwork? Cidr { get; init; }

    public BgpMatchOperator? MatchOperator { get; init; }

    /// <summary>Narrows <see cref="Cidr"/>.</summary>
    public BgpPrefixLength? PrefixLength { get; init; }

    /// <summary><c>RemotePeers</c>: routes learned by BGP only.</summary>
    public BgpFilterSource? Source { get; init; }

    /// <summary>The interface that the route leads out by when it is judged; <c>*</c> stands for any characters. The host's own routes lead out by none.</summary>
    public string? Interface { get; init; }

    public BgpFilterPeerType? PeerType { get; init; }

    public BgpCommunityMatch? Communities { get; init; }

    /// <summary>The AS path begins with these.</summary>
    public ValueList<AsNumber>? AsPathPrefix { get; init; }

    /// <summary>In the units of a kernel route's metric.</summary>
    public int? Priority { get; init; }

    /// <summary>What is done to a route that is accepted, in this order.</summary>
    public ValueList<BgpFilterOperation>? Operations { get; init; }
}

/// <param name="Min">Absent: the length of the rule's cidr.</param>
/// <param name="Max">Absent: the longest there is.</param>
public sealed record BgpPrefixLength(int? Min = null, int? Max = null);

public sealed record BgpCommunityMatch(ValueList<string> Values);

/// <summary>Exactly one of these.</summary>
public sealed record BgpFilterOperation
{
    public BgpAddCommunity? AddCommunity { get; init; }

    public BgpPrependAsPath? PrependASPath { get; init; }

    public BgpSetPriority? SetPriority { get; init; }
}

public sealed record BgpAddCommunity(string Value);

public sealed record BgpPrependAsPath(ValueList<AsNumber> Prefix);

public sealed record BgpSetPriority(int Value);

[JsonConverter(typeof(JsonStringEnumConverter<BgpFilterAction>))]
public enum BgpFilterAction
{
    Accept,
    Reject,
}

[JsonConverter(typeof(JsonStringEnumConverter<BgpMatchOperator>))]
public enum BgpMatchOperator
{
    Equal,
    NotEqual,
    In,
    NotIn,
}

[JsonConverter(typeof(JsonStringEnumConverter<BgpFilterSource>))]
public enum BgpFilterSource
{
    RemotePeers,
}

[JsonConverter(typeof(JsonStringEnumConverter<BgpFilterPeerType>))]
public enum BgpFilterPeerType
{
    [JsonStringEnumMemberName("eBGP")]
    External,

    [JsonStringEnumMemberName("iBGP")]
    Internal,
}
