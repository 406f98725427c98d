using System.Net;
using Calico.Model.Addresses;
using Calico.Model.Store;
using Calico.Model.Values;

namespace Calico.Ipam;

/// <summary>What can be done to a block: from one value to the next, without I/O.</summary>
internal static class BlockEdits
{
    /// <summary>A block with every address free.</summary>
    /// <remarks>The sequence begins at the time of creation in nanoseconds and grows by one a change, so it also tells a block's age.</remarks>
    public static Block New(IPNetwork cidr, string host, DateTimeOffset now)
    {
        var size = (int)cidr.Size;
        return new()
        {
            Cidr = cidr,
            Affinity = Block.HostPrefix + host,
            Allocations = Enumerable.Repeat<int?>(null, size).ToValueList(),
            Unallocated = Enumerable.Range(0, size).ToValueList(),
            SequenceNumber = (ulong)now.ToUnixTimeMilliseconds() * 1_000_000,
        };
    }

    public static IPAddress AddressAt(Block block, int ordinal) => block.Cidr.BaseAddress.Plus((UInt128)ordinal);

    public static int OrdinalOf(Block block, IPAddress address) => (int)(address.ToBits() - block.Cidr.BaseAddress.ToBits());

    public static bool IsEmpty(Block block) => block.Allocations.All(index => index is null);

    /// <summary>Null if the address is free.</summary>
    public static AllocationAttributes? OwnerOf(Block block, IPAddress address) =>
        block.Allocations[OrdinalOf(block, address)] is { } index ? block.Attributes[index] : null;

    /// <summary>Gives free addresses to an owner.</summary>
    public static Block Take(Block block, IReadOnlyCollection<int> ordinals, AllocationAttributes owner)
    {
        var attributes = block.Attributes.ToList();
        var index = attributes.IndexOf(owner);
        if (index < 0)
        {
            index = attributes.Count;
            attributes.Add(owner);
        }

        return block with
        {
            Allocations = block.Allocations.Select((old, ordinal) => ordinals.Contains(ordinal) ? index : old).ToValueList(),
            Unallocated = block.Unallocated.Where(ordinal => !ordinals.Contains(ordinal)).ToValueList(),
            Attributes = attributes.ToValueList(),
            SequenceNumber = block.SequenceNumber + 1,
        };
    }

    /// <summary>Makes an address that is in use another owner's, with no moment at which it is nobody's.</summary>
    public static Block Give(Block block, int ordinal, AllocationAttributes owner) =>
        Take(Release(block, (candidate, _) => candidate == ordinal).Block, [ordinal], owner);

    /// <summary>Takes back what certain owners hold, behind the addresses that are free already; owners that hold nothing more are forgotten.</summary>
    /// <param name="block">The block.</param>
    /// <param name="released">Says of an address in use, and its owner, whether it goes.</param>
    /// <param name="coolingSince">They cool down from now on; null: they are free at once.</param>
    /// <returns>The block after that, and the ordinals that became free.</returns>
    public static (Block Block, IReadOnlyList<int> Ordinals) Release(Block block, Func<int, AllocationAttributes, bool> released, DateTimeOffset? coolingSince = null)
    {
        var freed = Enumerable.Range(0, block.Allocations.Count)
            .Where(ordinal => block.Allocations[ordinal] is { } index && released(ordinal, block.Attributes[index]))
            .ToList();
        if (coolingSince is not { } since || freed.Count == 0)
            return (Without(block, freed) with { SequenceNumber = block.SequenceNumber + 1 }, freed);

        var bare = Without(block, freed) with { Unallocated = block.Unallocated };
        return (bare with
        {
            Allocations = bare.Allocations.Select((index, ordinal) => freed.Contains(ordinal) ? bare.Attributes.Count : index).ToValueList(),
            Attributes = bare.Attributes.Append(new() { ReleasedAt = since }).ToValueList(),
            SequenceNumber = block.SequenceNumber + 1,
        }, freed);
    }

    /// <summary>Frees what has cooled down: what was released longer ago than that; or, where a clock was set back meanwhile, so far in what is the future now.</summary>
    public static Block Thaw(Block block, DateTimeOffset now, TimeSpan cooldown) => block.Attributes.Any(owner => owner.IsCooling)
        ? Without(block, [.. Enumerable.Range(0, block.Allocations.Count)
            .Where(ordinal => block.Allocations[ordinal] is { } index && block.Attributes[index] is { IsCooling: true, ReleasedAt: { } since } && (now - since).Duration() >= cooldown)])
        : block;

    private static Block Without(Block block, List<int> freed)
    {
        var kept = block.Allocations.Select((index, ordinal) => freed.Contains(ordinal) ? null : index).ToList();
        var used = kept.OfType<int>().Distinct().Order().ToList();
        return block with
        {
            Allocations = kept.Select(index => index is { } old ? used.IndexOf(old) : (int?)null).ToValueList(),
            Unallocated = block.Unallocated.Concat(freed).ToValueList(),
            Attributes = used.Select(index => block.Attributes[index]).ToValueList(),
        };
    }
}
