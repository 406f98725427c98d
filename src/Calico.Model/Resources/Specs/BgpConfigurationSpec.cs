using System.Net;
using System.Text.Json.Serialization;
using Calico.Model.Values;

namespace Calico.Model.Resources.Specs;

/// <summary>BGP settings of the cluster (name <c>default</c>) or of one node (name <c>node.NAME</c>).</summary>
public sealed record BgpConfigurationSpec
{
    /// <summary>Absent: true. Only on <c>default</c>.</summary>
    public bool? NodeToNodeMeshEnabled { get; init; }

    /// <summary>Absent: 64512. Only on <c>default</c>.</summary>
    public AsNumber? AsNumber { get; init; }

    /// <summary>Absent: 179.</summary>
    public ushort? ListenPort { get; init; }

    /// <summary>Absent: <see cref="BgpBindMode.None"/>.</summary>
    public BgpBindMode? BindMode { get; init; }

    public string? LogSeverityScreen { get; init; }

    /// <summary>Names for the values that <see cref="PrefixAdvertisements"/> use.</summary>
    public ValueList<BgpCommunity>? Communities { get; init; }

    /// <summary>Communities for what is announced of these prefixes and inside them.</summary>
    public ValueList<BgpPrefixAdvertisement>? PrefixAdvertisements { get; init; }

    /// <summary>Only on <c>default</c>.</summary>
    public BgpPasswordSpec? NodeMeshPassword { get; init; }

    /// <summary>How long the nodes of the mesh wait for one that restarts; absent: 120 s. Only on <c>default</c>.</summary>
    public Duration? NodeMeshMaxRestartTime { get; init; }

    /// <summary>An addition of this version: BFD in the mesh. Only on <c>default</c>.</summary>
    public BgpBfdSpec? NodeMeshBfd { get; init; }

    /// <summary>Interfaces whose addresses are not announced. This version announces no interface's addresses, so there is nothing to leave out.</summary>
    public ValueList<string>? IgnoredInterfaces { get; init; }
}

/// <param name="Value"><c>aa:nn</c> or <c>aa:nn:mm</c>.</param>
public sealed record BgpCommunity(string? Name, string? Value);

/// <param name="Communities">Names of the configuration's communities, or values.</param>
public sealed record BgpPrefixAdvertisement(IPNetwork? Cidr, ValueList<string>? Communities);

[JsonConverter(typeof(JsonStringEnumConverter<BgpBindMode>))]
public enum BgpBindMode
{
    /// <summary>All addresses.</summary>
    None,

    /// <summary>The node's own BGP addresses only.</summary>
    NodeIP,
}
