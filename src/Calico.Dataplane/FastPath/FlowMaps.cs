using Calico.Netlink;
using Calico.Netlink.Bpf;

namespace Calico.Dataplane.FastPath;

/// <summary>The maps of one host's fast path.</summary>
internal sealed class FlowMaps : IDisposable
{
    /// <summary>Flows of each family that are known at once; beyond that those go that were not used for long. About 7 MB of the kernel's memory.</summary>
    private const int MostFlows = 65_536;

    private const int MostWorkloads = 16_384, MostUplinks = 256;

    private readonly List<BpfMap> _all = [];

    /// <exception cref="NetlinkException">No right to, or no memory. Those that were made are gone again: who tries again must not find them still taking memory.</exception>
    public FlowMaps()
    {
        try
        {
            Flows4 = Make(BpfMapKind.LruHash, "calico_flows4", FlowLayout.KeySize(isIPv4: true), FlowLayout.Flow.Size, MostFlows);
            Flows6 = Make(BpfMapKind.LruHash, "calico_flows6", FlowLayout.KeySize(isIPv4: false), FlowLayout.Flow.Size, MostFlows);
            Workloads = Make(BpfMapKind.Hash, "calico_workload", FlowLayout.Workload.KeySize, FlowLayout.Workload.Size, MostWorkloads);
            Uplinks = Make(BpfMapKind.Hash, "calico_uplinks", sizeof(int), sizeof(int), MostUplinks);
            State = Make(BpfMapKind.Array, "calico_state", sizeof(int), FlowLayout.State.Size, capacity: 1);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Flows of IPv4.</summary>
    public BpfMap Flows4 { get; }

    public BpfMap Flows6 { get; }

    /// <summary>Addresses of this host's workloads.</summary>
    public BpfMap Workloads { get; }

    /// <summary>Interfaces by which other hosts are reached: key and value four octets, the index and 1.</summary>
    public BpfMap Uplinks { get; }

    public BpfMap State { get; }

    public void Dispose()
    {
        foreach (var map in _all)
            map.Dispose();
    }

    private BpfMap Make(BpfMapKind kind, string name, int keySize, int valueSize, int capacity)
    {
        var map = BpfMap.Create(kind, name, keySize, valueSize, capacity);
        _all.Add(map);
        return map;
    }
}
