using System.Net;
using Calico.Model.Addresses;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Calico.Model.Store;

namespace Calico.Calc;

/// <summary>A node of the calculation graph: the pools, this host's blocks, and what of them the host announces.</summary>
internal sealed class HostBlocks(string hostname)
{
    private readonly Dictionary<string, IPPoolSpec> _pools = [];
    private readonly HashSet<IPNetwork> _local = [];
    private readonly HashSet<(string Host, IPNetwork Block)> _all = []; // a block moves by one host's taking it before the other's word is gone

    /// <summary>Blocks with a confirmed affinity to this host.</summary>
    public IReadOnlySet<IPNetwork> Local => _local;

    /// <summary>Blocks with a confirmed affinity to any host.</summary>
    public IReadOnlySet<IPNetwork> OfAll => _all.Select(held => held.Block).ToHashSet();

    public IReadOnlySet<IPNetwork> Pools => _pools.Values.Select(pool => pool.Cidr).ToHashSet();

    public IReadOnlySet<IPNetwork> NatOutgoing => _pools.Values.Where(pool => pool.NatOutgoing == true).Select(pool => pool.Cidr).ToHashSet();

    public void OnPool(string name, Resource<IPPoolSpec>? pool) => _pools.Become(name, pool?.Spec);

    public void OnAffinity(string host, IPNetwork block, BlockAffinity? affinity)
    {
        if (affinity is { State: AffinityState.Confirmed, Deleted: false })
            Add();
        else
            Remove();

        void Add()
        {
            _all.Add((host, block));
            if (host == hostname)
                _local.Add(block);
        }

        void Remove()
        {
            _all.Remove((host, block));
            if (host == hostname)
                _local.Remove(block);
        }
    }

    /// <summary>Whole blocks, and one by one the local addresses that lie in another host's block.</summary>
    /// <remarks>
    /// A block is announced even when its pool is gone; a single address only inside a pool (confd's filter rejects all else).
    /// Nothing of a pool with <c>disableBGPExport</c> is.
    /// </remarks>
    public IReadOnlySet<IPNetwork> Originated(IEnumerable<IPNetwork> localAddresses) => _local
        .Where(block => !_pools.Values.Any(pool => pool.DisableBGPExport == true && pool.Cidr.Covers(block)))
        .Concat(localAddresses.Where(address =>
            !_local.Any(block => block.Covers(address))
            && _pools.Values.Any(pool => pool.Cidr.Covers(address))
            && !_pools.Values.Any(pool => pool.DisableBGPExport == true && pool.Cidr.Covers(address))))
        .ToHashSet();
}
