using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Calico.Datastore;
using Calico.Datastore.Resources;
using Calico.Model.Addresses;
using Calico.Model.Store;

namespace Calico.Ipam;

/// <summary>A host's own blocks as this process last knew them: enough to try a commit, which the store checks.</summary>
/// <remarks>
/// Allocations hold the <see cref="Gate"/>, so that the requests of one host queue here instead of colliding in the store. Whoever else changes a block of the host tells of it by
/// <see cref="Learn"/>, so that the next allocation does not meet its older revision.
/// </remarks>
internal sealed class HeldBlocks(IStore store, string host) : IDisposable
{
    private readonly ConcurrentDictionary<IPNetwork, StoredBlock> _blocks = [];
    private readonly HashSet<IPNetwork> _warned = [];

    public SemaphoreSlim Gate { get; } = new(1);

    /// <summary>What waits for the gate.</summary>
    public RequestQueue Queue { get; } = new();

    /// <summary>Of one family, in order of their addresses.</summary>
    public IEnumerable<StoredBlock> Of(AddressFamily family) => _blocks.Values
        .Where(held => held.Block.Cidr.BaseAddress.AddressFamily == family)
        .OrderBy(held => held.Block.Cidr.BaseAddress.ToBits());

    /// <summary>True the first time it is asked of a block, so that a warning about it comes once.</summary>
    public bool FirstSightOf(IPNetwork cidr) => _warned.Add(cidr);

    /// <summary>Takes note of a block as it is, unless a newer revision is known; one that is not the host's any more is forgotten.</summary>
    public void Learn(IPNetwork cidr, StoredBlock? held)
    {
        if (held is not null && held.Block.Host == host)
            _blocks.AddOrUpdate(cidr, held, (_, known) => known.Revision > held.Revision ? known : held);
        else
            _blocks.TryRemove(cidr, out _);
    }

    /// <summary>Reads the host's claims and their blocks anew, and settles claims that were left half made.</summary>
    public async Task LoadAsync(CancellationToken cancellation)
    {
        _blocks.Clear();
        var claims = await store.ListAsync(StoreKeys.AffinitiesOf(host), cancellation);
        foreach (var claim in claims.Items)
        {
            if (StoreKeys.Parse(claim.Key) is StoreName.OfAffinity name)
                await LoadAsync(name, claim, cancellation);
        }
    }

    public void Dispose() => Gate.Dispose();

    private async Task LoadAsync(StoreName.OfAffinity name, StoredValue claim, CancellationToken cancellation)
    {
        StoredBlock? held;
        BlockAffinity affinity;
        try
        {
            affinity = (BlockAffinity)StoreCodec.Read(name, claim);
            held = await StoredBlock.GetAsync(store, name.Cidr, cancellation);
        }
        catch (UnreadableException)
        {
            return; // lists and the syncer report it; an address is never taken from a block that cannot be read
        }

        if (affinity.State == AffinityState.PendingDeletion)
            return;

        // A pending claim proves nothing, the block decides; a claim on what is another's or is gone is void.
        if (held?.Block.Host != host)
        {
            await store.CommitAsync([StoreWrite.Delete(claim.Key, claim.Revision)], cancellation);
            return;
        }

        if (affinity.State == AffinityState.Pending)
            await store.CommitAsync([StoreWrite.Put(claim.Key, StoreCodec.Write(new BlockAffinity()), claim.Revision)], cancellation);
        _blocks[name.Cidr] = held;
    }
}
