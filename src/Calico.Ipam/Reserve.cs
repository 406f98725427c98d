using System.Net;
using System.Net.Sockets;
using Calico.Model.Addresses;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Calico.Model.Store;
using Calico.Model.Values;

namespace Calico.Ipam;

/// <summary>The addresses that a host may give out while the store is away.</summary>
/// <remarks>
/// A block alone would not do: while its host cannot see the store others may borrow from the block, be given an address of it by name, or take it
/// over empty. What is given out already, to the host itself, nobody takes; nor does any other program that keeps Calico's rules.
/// </remarks>
internal sealed class Reserve(Ledger ledger, string host)
{
    /// <summary>No more than this part of a block.</summary>
    private const int Share = 8;

    private readonly HeldBlocks _held = ledger.HeldBy(host);

    private readonly AssignRequest _request = new()
    {
        Host = host,
        HandleId = IpamClient.ReserveHandle(host),
        Attributes = Labels.Empty.With("type", "reserve"),
    };

    /// <remarks>While the gate of the host's blocks is held.</remarks>
    public async Task<IReadOnlyList<IPAddress>> KeepAsync(int size, CancellationToken cancellation)
    {
        await _held.LoadAsync(cancellation);
        var view = await ledger.ViewAsync(fresh: false, cancellation);
        foreach (var family in (AddressFamily[])[AddressFamily.InterNetwork, AddressFamily.InterNetworkV6])
        {
            if (view.Choose(_request, family, out var pools) is not null)
                continue;

            foreach (var pool in pools)
                await FillAsync(pool, family, view, size, cancellation);
        }

        return [.. Blocks.SelectMany(held => Of(held.Block))];
    }

    private IEnumerable<StoredBlock> Blocks => _held.Of(AddressFamily.InterNetwork).Concat(_held.Of(AddressFamily.InterNetworkV6));

    private async Task FillAsync(Resource<IPPoolSpec> pool, AddressFamily family, PoolView view, int size, CancellationToken cancellation)
    {
        foreach (var held in _held.Of(family).Where(held => pool.Spec.Cidr.Covers(held.Block.Cidr) && view.HostSubnetAt(held.Block.Cidr) is null).ToList())
        {
            var missing = size - Blocks.Where(block => pool.Spec.Cidr.Covers(block.Block.Cidr)).Sum(block => Of(block.Block).Count());
            var room = (int)held.Block.Cidr.Size / Share;
            var count = Math.Min(missing, room - Of(held.Block).Count());
            if (count <= 0 || held.Block.Unallocated.Count <= (int)held.Block.Cidr.Size / 2)
                continue;

            // The highest, so that workloads have their addresses in the order that they would have had them. Not the end of the line: there stands what was
            // released last, such as the address that a user gave a container by name and will give it again.
            var ordinals = view.FreeIn(held.Block).OrderDescending().Take(count).ToList();
            if (ordinals.Count == 0)
                continue;

            await new Allocation(ledger, _request).TakeOfHeldAsync(held, pool, ordinals, cancellation); // if somebody is faster, the next time will do
        }
    }

    private IEnumerable<IPAddress> Of(Block block) => IpamInventory.AllocationsOf(block)
        .Where(owner => owner.HandleId == _request.HandleId)
        .Select(owner => owner.Address);
}
