using System.Net;
using System.Text.Json.Serialization;
using Calico.Model.Values;

namespace Calico.Model.Resources.Specs;

/// <summary>A BGP neighbour of one node, of selected nodes, or of all (neither given).</summary>
public sealed record BgpPeerSpec
{
    public string? Node { get; init; }

    public string? NodeSelector { get; init; }

    /// <summary><c>IP</c>, <c>IPv4:port</c> or <c>[IPv6]:port</c>.</summary>
    [JsonPropertyName("peerIP")]
    public string? PeerIp { get; init; }

    /// <summary>Selects Calico nodes as the peers, in place of <see cref="PeerIp"/>.</summary>
    public string? PeerSelector { get; init; }

    public AsNumber? AsNumber { get; init; }

    [JsonPropertyName("localASNumber")]
    public AsNumber? LocalAsNumber { get; init; }

    public bool? KeepOriginalNextHop { get; init; }

    /// <summary>Absent or <c>Auto</c>: as BGP has it.</summary>
    public BgpNextHopMode? NextHopMode { get; init; }

    public BgpPasswordSpec? Password { get; init; }

    /// <summary>Absent: the node's address.</summary>
    public BgpSourceAddress? SourceAddress { get; init; }

    /// <summary>How long the peer waits for this node when it restarts; absent: 120 s.</summary>
    public Duration? MaxRestartTime { get; init; }

    /// <summary>Absent: a third of the hold time.</summary>
    public Duration? KeepaliveTime { get; init; }

    /// <summary>So often our own AS may stand in the path of a route from the peer.</summary>
    [JsonPropertyName("numAllowedLocalASNumbers")]
    public int? NumAllowedLocalAsNumbers { get; init; }

    /// <summary>The peer is at most so many hops away, and nothing from farther is taken in; absent: it may be anywhere.</summary>
    public byte? TtlSecurity { get; init; }

    /// <summary>The gateway by which the peer is reached: a host route to it is added.</summary>
    public IPAddress? ReachableBy { get; init; }

    /// <summary>Names of BGPFilters, in order.</summary>
    public ValueList<string>? Filters { get; init; }

    /// <summary>Absent: <see cref="BgpReversePeering.Auto"/>.</summary>
    public BgpReversePeering? ReversePeering { get; init; }

    /// <summary>An addition of this version.</summary>
    public BgpBfdSpec? Bfd { get; init; }

    /// <summary>An addition of this version: more routes than this from the peer end the session for a minute.</summary>
    public int? MaxPrefixes { get; init; }
}

[JsonConverter(typeof(JsonStringEnumConverter<BgpNextHopMode>))]
public enum BgpNextHopMode
{
    Auto,
    Self,
    Keep,
}

[JsonConverter(typeof(JsonStringEnumConverter<BgpSourceAddress>))]
public enum BgpSourceAddress
{
    UseNodeIP,

    /// <summary>The kernel chooses.</summary>
    None,
}

[JsonConverter(typeof(JsonStringEnumConverter<BgpReversePeering>))]
public enum BgpReversePeering
{
    /// <summary>A node that the peering leads to peers back.</summary>
    Auto,

    Manual,
}
