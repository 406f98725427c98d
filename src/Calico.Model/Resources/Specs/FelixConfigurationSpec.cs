using System.Net;
using System.Text.Json.Serialization;
using Calico.Model.Values;

namespace Calico.Model.Resources.Specs;

/// <summary>Settings of the dataplane: of the cluster (<c>default</c>), of one node (<c>node.NAME</c>), or of those that a selector names.</summary>
/// <remarks>Field by field the node's wins over the selected, and that over the cluster's. Of Calico's some two hundred fields those that act here.</remarks>
public sealed record FelixConfigurationSpec
{
    /// <summary>Only on an object that is neither <c>default</c> nor <c>node.NAME</c>; of several that match, the oldest counts.</summary>
    public string? NodeSelector { get; init; }

    public string? LogSeverityScreen { get; init; }

    public ValueList<ProtoPort>? FailsafeInboundHostPorts { get; init; }

    public ValueList<ProtoPort>? FailsafeOutboundHostPorts { get; init; }

    /// <summary>Absent: Return.</summary>
    public EndpointToHostAction? DefaultEndpointToHostAction { get; init; }

    /// <summary>Absent: Drop. Of the two names of one setting the first given of this and <see cref="IptablesFilterDenyAction"/> counts.</summary>
    public DenyAction? NftablesFilterDenyAction { get; init; }

    public DenyAction? IptablesFilterDenyAction { get; init; }

    /// <summary>Absent: <c>calico-packet</c>.</summary>
    public string? LogPrefix { get; init; }

    /// <summary>A field of Calico Sharp's own. Absent: keep, as Calico does.</summary>
    public ExistingConnections? ExistingConnections { get; init; }
}

/// <summary>A port that stays open whatever policy says.</summary>
public sealed record ProtoPort
{
    /// <summary>Absent: any. The other end's addresses.</summary>
    public IPNetwork? Net { get; init; }

    /// <summary><c>tcp</c>, <c>udp</c> or <c>sctp</c> in any case; absent: tcp.</summary>
    public string? Protocol { get; init; }

    public ushort Port { get; init; }
}

[JsonConverter(typeof(JsonStringEnumConverter<EndpointToHostAction>))]
public enum EndpointToHostAction
{
    Drop,
    Accept,
    Return,
}

[JsonConverter(typeof(JsonStringEnumConverter<DenyAction>))]
public enum DenyAction
{
    Drop,
    Reject,
}

[JsonConverter(typeof(JsonStringEnumConverter<ExistingConnections>))]
public enum ExistingConnections
{
    /// <summary>They go on until they end by themselves.</summary>
    [JsonStringEnumMemberName("keep")]
    Keep,

    /// <summary>They are cut.</summary>
    [JsonStringEnumMemberName("terminate")]
    Terminate,
}
