using System.Net;
using Calico.Model.Addresses;
using Calico.Model.Store;

namespace Calico.Ipam;

/// <summary>How full a pool or a block is.</summary>
/// <param name="Cidr">The pool's or the block's.</param>
/// <param name="Block">Null: the pool as a whole.</param>
/// <param name="Total">Addresses.</param>
/// <param name="InUse">Given out, or cooling down.</param>
public sealed record PoolUsage(IPNetwork Cidr, Block? Block, double Total, long InUse)
{
    public double Free => Total - InUse;

    /// <summary>Of each pool in order of name, each followed by its blocks; blocks that are in no pool come last.</summary>
    public static IEnumerable<PoolUsage> Of(IpamInventory inventory)
    {
        foreach (var pool in inventory.Pools)
        {
            var blocks = inventory.Blocks.Where(block => pool.Spec.Cidr.Overlaps(block.Cidr)).ToList();
            yield return new(pool.Spec.Cidr, Block: null, (double)pool.Spec.Cidr.Size, blocks.Sum(InUseOf));
            foreach (var block in blocks)
                yield return Of(block);
        }

        foreach (var block in inventory.Blocks.Where(block => !inventory.Pools.Any(pool => pool.Spec.Cidr.Overlaps(block.Cidr))))
            yield return Of(block);
    }

    private static PoolUsage Of(Block block) => new(block.Cidr, block, (double)block.Cidr.Size, InUseOf(block));

    private static long InUseOf(Block block) => block.Allocations.Count(index => index is not null);
}
