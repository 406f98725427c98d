using System.Net;
using Calico.Model.Addresses;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;

namespace Calico.Ipam;

/// <summary>Finds the block that a certain address is to be taken from, or why it cannot be had.</summary>
internal sealed class ExplicitSearch(Ledger ledger, AssignRequest request, PoolView view)
{
    public async Task<Found> FindAsync(IPAddress address, CancellationToken cancellation)
    {
        if (view.PoolOf(address) is not { } pool)
        {
            return Found.None(
                AssignFault.NotInPool, $"The provided IP address is not in a configured pool: {address}; {view.Remedy(address.AddressFamily)}");
        }

        if (request.Pools is { } wanted && !wanted.Contains(pool.Spec.Cidr))
        {
            return Found.None(
                AssignFault.NotInPool, $"the address {address} is of pool {pool.Name} {pool.Spec.Cidr}, not of {string.Join(", ", wanted)} as asked");
        }

        if (view.HostSubnetAt(address.Truncate(pool.Spec.EffectiveBlockSize)) is var (subnet, host))
        {
            return Found.None(
                AssignFault.HostSubnet,
                $"the address {address} cannot be used: its block {address.Truncate(pool.Spec.EffectiveBlockSize)} overlaps the subnet {subnet} of host {host}");
        }

        return await ledger.BlockOfAsync(address, cancellation) is { } stored
            ? Examine(stored, pool, address)
            : await MakeAsync(pool, address, cancellation);
    }

    private Found Examine(StoredBlock stored, Resource<IPPoolSpec> pool, IPAddress address)
    {
        if (AddressOwner.Of(stored.Block, address) is { IsCooling: true })
            return Found.None(AssignFault.InUse, $"the address {address} was released less than {view.Configuration.CooldownSeconds} s ago (IPCooldownSeconds): try again later, or another");
        if (AddressOwner.Of(stored.Block, address) is { } owner)
            return Found.None(AssignFault.InUse, $"the address {address} is in use by {owner}: resource already exists: {address}");
        if (!stored.Block.Unallocated.Contains(BlockEdits.OrdinalOf(stored.Block, address)))
            return Found.None(AssignFault.InUse, $"the address {address} is kept back by its block {stored.Block.Cidr}: try another");
        if (view.Configuration.StrictAffinity && stored.Block.Host != request.Host)
        {
            return Found.None(
                AssignFault.StrictAffinity,
                $"the address {address} is of block {stored.Block.Cidr}, which is not this host's but {stored.Block.Host ?? "no host"}'s, and strict affinity is on");
        }

        return new(stored, pool, Refused: null);
    }

    private async Task<Found> MakeAsync(Resource<IPPoolSpec> pool, IPAddress address, CancellationToken cancellation)
    {
        var cidr = address.Truncate(pool.Spec.EffectiveBlockSize);
        var existing = await ledger.BlockPrefixesAsync(address.AddressFamily, cancellation);
        foreach (var block in existing.Where(block => block.Overlaps(cidr) && block != cidr))
        {
            return Found.None(
                AssignFault.NotInPool, $"the address {address} cannot be used: its block {cidr} would overlap the block {block} of an earlier pool");
        }

        return new(new(BlockEdits.New(cidr, request.Host, ledger.Time.GetUtcNow()), Revision: 0), pool, Refused: null);
    }
}
