using System.Net;
using Calico.Model.Addresses;
using Calico.Model.Store;

namespace Calico.Plugins.Attaching;

/// <summary>Free addresses of a range, in the order in which a host does best to ask for them.</summary>
internal static class FreeAddresses
{
    /// <param name="range">Of which.</param>
    /// <param name="blocks">All blocks that overlap it.</param>
    /// <param name="node">The host that asks.</param>
    /// <returns>Those in blocks of the host, then those in no block yet, then those in blocks of others.</returns>
    public static IEnumerable<IPAddress> Of(IPNetwork range, IReadOnlyList<Block> blocks, string node)
    {
        var (own, others) = (blocks.Where(block => block.Host == node), blocks.Where(block => block.Host != node));
        return own.SelectMany(Free).Concat(OutsideOf(range, blocks)).Concat(others.SelectMany(Free));

        IEnumerable<IPAddress> Free(Block block) => block.Unallocated
            .Select(ordinal => block.Cidr.BaseAddress.Plus((UInt128)ordinal))
            .Where(range.Contains);
    }

    private static IEnumerable<IPAddress> OutsideOf(IPNetwork range, IReadOnlyList<Block> blocks)
    {
        UInt128 offset = 0;
        while (offset < range.Size)
        {
            var address = range.BaseAddress.Plus(offset);
            var block = blocks.FirstOrDefault(block => block.Cidr.Contains(address));
            if (block is null)
                yield return address;
            offset = block is null ? offset + 1 : block.Cidr.BaseAddress.ToBits() + block.Cidr.Size - range.BaseAddress.ToBits();
        }
    }
}
