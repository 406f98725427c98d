using System.Net;
using System.Text.Json.Serialization;

namespace Calico.Model.Resources.Specs;

/// <summary>A range that workloads get their addresses from.</summary>
public sealed record IPPoolSpec
{
    public IPNetwork Cidr { get; init; }

    /// <summary>Prefix length of a block; 26 for IPv4, 122 for IPv6 where absent.</summary>
    public int? BlockSize { get; init; }

    public EncapsulationMode? IpipMode { get; init; }

    public EncapsulationMode? VxlanMode { get; init; }

    /// <summary>Masquerade what leaves the pool for an address outside all pools.</summary>
    public bool? NatOutgoing { get; init; }

    /// <summary>No new address is given out; what was given out goes on.</summary>
    public bool? Disabled { get; init; }

    public bool? DisableBGPExport { get; init; }

    /// <summary>Selects by the nodes' labels which of them use the pool; absent: all.</summary>
    public string? NodeSelector { get; init; }

    [JsonIgnore]
    public int EffectiveBlockSize => BlockSize ?? (Cidr.BaseAddress.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? 26 : 122);
}

[JsonConverter(typeof(JsonStringEnumConverter<EncapsulationMode>))]
public enum EncapsulationMode
{
    Never,
    Always,
    CrossSubnet,
}
