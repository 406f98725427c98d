using System.Net;
using System.Text.Json.Serialization;
using Calico.Model.Values;

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

    /// <summary>What addresses of the pool may be used for; absent: workloads and tunnels.</summary>
    public ValueList<PoolUse>? AllowedUses { get; init; }

    /// <summary>Absent: Automatic.</summary>
    public AssignmentMode? AssignmentMode { get; init; }

    /// <summary>Addresses of the pool may be given to workloads.</summary>
    [JsonIgnore]
    public bool ServesWorkloads => AllowedUses is not { Count: > 0 } uses || uses.Contains(PoolUse.Workload);

    [JsonIgnore]
    public int EffectiveBlockSize => BlockSize ?? (Cidr.BaseAddress.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? 26 : 122);
}

[JsonConverter(typeof(JsonStringEnumConverter<PoolUse>))]
public enum PoolUse
{
    Workload,
    Tunnel,

    /// <summary>Of Kubernetes services; such a pool is kept as it is and gives no address to a workload.</summary>
    LoadBalancer,
}

[JsonConverter(typeof(JsonStringEnumConverter<AssignmentMode>))]
public enum AssignmentMode
{
    Automatic,

    /// <summary>Only to those who ask for the pool, or for an address of it.</summary>
    Manual,
}

[JsonConverter(typeof(JsonStringEnumConverter<EncapsulationMode>))]
public enum EncapsulationMode
{
    Never,
    Always,
    CrossSubnet,
}
