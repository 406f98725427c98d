using Calico.Netlink.Bpf;

namespace Calico.Dataplane.FastPath;

/// <summary>The maps of one host's fast path.</summary>
internal sealed class FlowMaps : IDisposable
{
    /// <summary>Flows of each family that are known at once; beyond that those go that were not used for long. About 7 MB of the kernel's memory.</summary>
    private const int MostFlows = 65_536;

    private const int MostWorkloads = 16_384, MostUplinks = 256;

    /// <summary>Flows of IPv4.</summary>
    public BpfMap Flows4 { get; } = BpfMap.Create(BpfMapKind.LruHash, "calico_flows4", FlowLayout.KeySize(isIPv4: true), FlowLayout.Flow.Size, MostFlows);

    public BpfMap Flows6 { get; } = BpfMap.Create(BpfMapKind.LruHash, "calico_flows6", FlowLayout.KeySize(isIPv4: false), FlowLayout.Flow.Size, MostFlows);

    /// <summary>Addresses of this host's workloads.</summary>
    public BpfMap Workloads { get; } = BpfMap.Create(BpfMapKind.Hash, "calico_workload", FlowLayout.Workload.KeySize, FlowLayout.Workload.Size, MostWorkloads);

    /// <summary>Interfaces by which other hosts are reached: key and value four octets, the index and 1.</summary>
    public BpfMap Uplinks { get; } = BpfMap.Create(BpfMapKind.Hash, "calico_uplinks", sizeof(int), sizeof(int), MostUplinks);

    public BpfMap State { get; } = BpfMap.Create(BpfMapKind.Array, "calico_state", sizeof(int), FlowLayout.State.Size, capacity: 1);

    public void Dispose()
    {
        Flows4.Dispose();
        Flows6.Dispose();
        Workloads.Dispose();
        Uplinks.Dispose();
        State.Dispose();
    }
}
