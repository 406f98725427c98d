using System.Net;
using System.Net.Sockets;
using Calico.Model.Addresses;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Calico.Model.Store;

namespace Calico.Ipam;

/// <summary>Finds a block for a host that has no free address in its own: a new one, an empty one of another host, or one to borrow from.</summary>
internal sealed class BlockSearch(Ledger ledger, AssignRequest request, PoolView view, IReadOnlyList<Resource<IPPoolSpec>> pools)
{
    /// <summary>An empty block this old may be taken over: its host has had its time to use it.</summary>
    private static readonly TimeSpan IdleAge = TimeSpan.FromMinutes(1);

    public async Task<Found> FindAsync(HeldBlocks held, AddressFamily family, CancellationToken cancellation)
    {
        var configuration = view.Configuration;
        if (configuration.AutoAllocateBlocks)
        {
            if (held.Of(family).Count() >= configuration.EffectiveMaxBlocks)
                return BlockLimit(configuration.EffectiveMaxBlocks);
            if (FindNew(await ledger.BlockPrefixesAsync(family, cancellation)) is { } unclaimed)
                return unclaimed;
        }

        var blocks = (await ledger.BlocksAsync(family, cancellation))
            .Where(stored => view.FreeIn(stored.Block).Any() && view.HostSubnetAt(stored.Block.Cidr) is null)
            .ToList();
        return (configuration.AutoAllocateBlocks ? FindIdle(blocks) : null)
            ?? (configuration.StrictAffinity ? null : FindToBorrow(blocks))
            ?? Exhausted(family);
    }

    private Found? FindNew(HashSet<IPNetwork> existing)
    {
        foreach (var pool in pools)
        {
            var size = pool.Spec.EffectiveBlockSize;
            var odd = existing.Where(block => block.PrefixLength != size && pool.Spec.Cidr.Overlaps(block)).ToList();
            foreach (var cidr in BlockChoice.Candidates(pool.Spec.Cidr, size, request.Host, ObstacleTo(existing, odd)))
                return new(new(BlockEdits.New(cidr, request.Host, ledger.Time.GetUtcNow()), Revision: 0), pool, Refused: null);
        }

        return null;
    }

    /// <summary>No block overlaps another, of whatever size, nor a subnet that a host is on; nor is one made in which all is reserved.</summary>
    private Func<IPNetwork, IPNetwork?> ObstacleTo(HashSet<IPNetwork> existing, List<IPNetwork> odd) => candidate =>
    {
        if (existing.Contains(candidate))
            return candidate;

        foreach (var block in odd)
        {
            if (block.Overlaps(candidate))
                return block;
        }

        return view.HostSubnetAt(candidate)?.Subnet ?? ReservationOver(candidate);
    };

    private IPNetwork? ReservationOver(IPNetwork candidate)
    {
        var reserved = view.Reserved.Where(net => net.Overlaps(candidate)).ToList();
        if (reserved.Count == 0)
            return null;
        foreach (var net in reserved.Where(net => net.Covers(candidate)))
            return net;
        return view.FreeIn(BlockEdits.New(candidate, request.Host, ledger.Time.GetUtcNow())).Any() ? null : candidate;
    }

    private Found? FindIdle(List<StoredBlock> blocks)
    {
        var now = (ulong)ledger.Time.GetUtcNow().ToUnixTimeMilliseconds() * 1_000_000;
        var idle = blocks.FirstOrDefault(stored =>
            stored.Block.Host is { } host && host != request.Host && BlockEdits.IsEmpty(stored.Block) && PoolOf(stored) is not null
            && now - Math.Min(now, stored.Block.SequenceNumber) > IdleAge.TotalNanoseconds);
        if (idle is null)
            return null;

        var taken = idle with { Block = idle.Block with { Affinity = Block.HostPrefix + request.Host } };
        return new Found(taken, PoolOf(idle), Refused: null) { FormerHost = idle.Block.Host };
    }

    private Found? FindToBorrow(List<StoredBlock> blocks)
    {
        // Every host begins elsewhere, so that they do not all press into one block.
        var usable = blocks.Where(stored => PoolOf(stored) is not null).ToList();
        if (usable.Count == 0)
            return null;

        var chosen = usable[(int)(BlockChoice.Hash(request.Host) % (uint)usable.Count)];
        return new(chosen, PoolOf(chosen), Refused: null);
    }

    private Resource<IPPoolSpec>? PoolOf(StoredBlock stored) => pools.FirstOrDefault(pool => pool.Spec.Cidr.Covers(stored.Block.Cidr));

    private static Found BlockLimit(int limit) => Found.None(
        AssignFault.BlockLimit,
        "cannot allocate new block due to per host block limit: Need to allocate an IPAM block but could not - "
            + $"limit of {limit} blocks reached for this node");

    private Found Exhausted(AddressFamily family)
    {
        var tried = string.Join(", ", pools.Select(pool => $"{pool.Spec.Cidr}"));
        var subnets = pools.Select(pool => view.HostSubnetAt(pool.Spec.Cidr)).OfType<(IPNetwork Subnet, string Host)>()
            .Select(host => $"; what overlaps the subnet {host.Subnet} of host {host.Host} is not used");
        var reserved = view.Reserved.Where(net => pools.Any(pool => pool.Spec.Cidr.Overlaps(net))).Select(net => $"; IPReservations keep {net} back");
        var why = view.Configuration.StrictAffinity ? "No more free affine blocks and strict affinity enabled" : $"No IPs available in pools: [{tried}]";
        return Found.None(
            AssignFault.Exhausted,
            $"Assigned 0 out of 1 requested {PoolView.Name(family)} addresses; {why}{string.Concat(subnets)}{string.Concat(reserved)}: "
                + "remove workloads that are no longer needed, or add a pool with 'calicoctl create -f'");
    }
}
