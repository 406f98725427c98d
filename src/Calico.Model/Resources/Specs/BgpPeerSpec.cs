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
}
