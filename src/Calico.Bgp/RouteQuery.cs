using System.Net;
using Calico.Bgp.Values;

namespace Calico.Bgp;

/// <summary>Which paths to list; what is null does not matter. At most one of the two peers.</summary>
public sealed record RouteQuery
{
    public IPNetwork? Prefix { get; init; }

    /// <summary>The name of the peer that sent them; also what the policy refuses.</summary>
    public string? ReceivedFrom { get; init; }

    /// <summary>The name of the peer that has been told of them: as it was told, without the marks of the choice.</summary>
    public string? AdvertisedTo { get; init; }
}

/// <summary>One path to a prefix, for people to read.</summary>
public sealed record PathView
{
    public required IPNetwork Prefix { get; init; }

    /// <summary>The name of the peer it came from; "local" for our own.</summary>
    public required string Peer { get; init; }

    public required IPAddress NextHop { get; init; }

    public required string AsPath { get; init; }

    public required string Origin { get; init; }

    public uint? LocalPreference { get; init; }

    public uint? MultiExitDiscriminator { get; init; }

    public ValueArray<string> Communities { get; init; } = [];

    public ValueArray<string> LargeCommunities { get; init; } = [];

    public ValueArray<string> ExtendedCommunities { get; init; } = [];

    public IPAddress? OriginatorId { get; init; }

    public ValueArray<string> ClusterList { get; init; } = [];

    /// <summary>The AS from which on the route goes to customers only (RFC 9234 §5).</summary>
    public uint? OnlyToCustomer { get; init; }

    public bool IsBest { get; init; }

    /// <summary>One of those that share the traffic.</summary>
    public bool IsMultipath { get; init; }

    public bool IsStale { get; init; }

    /// <summary>Why it is not the best one, in words; null of the best.</summary>
    public string? Decision { get; init; }
}
