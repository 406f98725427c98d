using System.Net;
using Calico.Datastore;
using Calico.Datastore.Resources;
using Calico.Model.Addresses;
using Calico.Model.Store;

namespace Calico.Ipam;

/// <summary>What a host holds of pools that serve it no more, being gone, disabled or for other nodes: blocks that no new address will come out of.</summary>
/// <remarks>While the gate of the host's blocks is held. A block with addresses in use stays the host's, which announces it, until the last of them is given back.</remarks>
internal sealed class UnservedBlocks(Ledger ledger, string host)
{
    /// <summary>Hosts with a claim inside a range.</summary>
    public static async Task<IReadOnlyList<string>> HostsAsync(IStore store, IPNetwork range, CancellationToken cancellation)
    {
        var keys = await store.ListKeysAsync(StoreKeys.Hosts, cancellation);
        return
        [
            .. keys.Select(StoreKeys.Parse).OfType<StoreName.OfAffinity>().Where(claim => range.Covers(claim.Cidr))
                .Select(claim => claim.Host).Distinct().Order(StringComparer.Ordinal),
        ];
    }

    /// <param name="range">Only inside this; null: wherever.</param>
    /// <param name="before">Called before anything is released; not if nothing is.</param>
    /// <param name="cancellation">Ends the attempt.</param>
    /// <returns>How many blocks were given up.</returns>
    public async Task<int> ReleaseAsync(IPNetwork? range, Action? before, CancellationToken cancellation)
    {
        var claims = (await ledger.Store.ListKeysAsync(StoreKeys.AffinitiesOf(host), cancellation)).Select(StoreKeys.Parse).OfType<StoreName.OfAffinity>()
            .Where(claim => range is not { } inside || inside.Covers(claim.Cidr)).ToList();
        if (claims.Count == 0)
            return 0;

        // A pool that was made a moment ago must be known, or its first blocks would be given up.
        var view = await ledger.ViewAsync(fresh: false, cancellation);
        if (claims.Exists(claim => !view.Serves(host, claim.Cidr)))
            view = await ledger.ViewAsync(fresh: true, cancellation);
        if (!view.IsWhole)
            return 0;

        var released = 0;
        foreach (var claim in claims.Where(claim => !view.Serves(host, claim.Cidr)))
        {
            try
            {
                if (!await IsUnusedAsync(claim, view, cancellation))
                    continue;

                before?.Invoke();
                before = null;
                if (await GiveUpAsync(claim, cancellation))
                    released++;
            }
            catch (UnreadableException)
            {
                // Lists and the syncer report it; what cannot be read is left as it is.
            }
        }

        return released;
    }

    /// <summary>Of nobody but the host itself, which keeps addresses in reserve, or empty.</summary>
    private async Task<bool> IsUnusedAsync(StoreName.OfAffinity claim, PoolView view, CancellationToken cancellation) =>
        await StoredBlock.GetAsync(ledger.Store, claim.Cidr, cancellation) is { } stored && stored.Block.Host == host
        && (BlockEdits.IsEmpty(ledger.Thawed(stored, view).Block) || Reserved(stored.Block).Count > 0);

    private async Task<bool> GiveUpAsync(StoreName.OfAffinity claim, CancellationToken cancellation)
    {
        var releases = new Releases(ledger);
        if (await StoredBlock.GetAsync(ledger.Store, claim.Cidr, cancellation) is { } stored)
        {
            foreach (var owner in Reserved(stored.Block))
                await releases.ReleaseAsync(owner.Address, owner.HandleId, cancellation);
        }

        if (!await releases.GiveUpAsync(claim, onlyIfEmpty: true, cancellation))
            return false;

        ledger.HeldBy(host).Learn(claim.Cidr, held: null);
        return true;
    }

    private List<AddressOwner> Reserved(Block block) => [.. IpamInventory.AllocationsOf(block).Where(owner => owner.HandleId == IpamClient.ReserveHandle(host))];
}
