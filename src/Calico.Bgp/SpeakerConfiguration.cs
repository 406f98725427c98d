using System.Collections.Immutable;
using System.Net;
using Calico.Bgp.Values;

namespace Calico.Bgp;

/// <summary>What a speaker is to do, as a whole. A new one is compared with the one before; only what differs is touched.</summary>
public sealed record SpeakerConfiguration
{
    public const int DefaultPort = 179;

    public required uint LocalAs { get; init; }

    /// <summary>The BGP identifier: an IPv4 address other than 0.0.0.0.</summary>
    public required IPAddress RouterId { get; init; }

    /// <summary>Where to listen; by default every address of both families. Empty: nowhere.</summary>
    public ValueArray<IPEndPoint> Listen { get; init; } = [new(IPAddress.Any, DefaultPort), new(IPAddress.IPv6Any, DefaultPort)];

    /// <summary>The cluster id of a route reflector (RFC 4456), the router id if not given.</summary>
    public IPAddress? ClusterId { get; init; }

    /// <summary>The next hop of IPv4 routes where "self" is asked for and the session's own address is an IPv6 one.</summary>
    public IPAddress? IPv4NextHop { get; init; }

    /// <summary>The next hop of IPv6 routes where "self" is asked for and the session's own address is an IPv4 one.</summary>
    public IPAddress? IPv6NextHop { get; init; }

    /// <summary>Names and addresses must each be unique.</summary>
    public ValueArray<PeerConfiguration> Peers { get; init; } = [];

    /// <summary>Peers known by where they connect from. A peer of <see cref="Peers"/> comes before any range, an earlier range before a later.</summary>
    public ValueArray<PeerRange> Ranges { get; init; } = [];

    /// <summary>The prefixes this speaker announces as its own.</summary>
    public ImmutableHashSet<IPNetwork> Originated { get; init; } = [];

    /// <summary>Stations that are told over BMP how sessions stand and what peers send.</summary>
    public ValueArray<MonitoringStation> Stations { get; init; } = [];

    public ValueArray<OriginCommunities> OriginCommunities { get; init; } = [];
}
