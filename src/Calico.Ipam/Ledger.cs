using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Calico.Datastore;
using Calico.Datastore.Resources;
using Calico.Model.Addresses;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Calico.Model.Store;

namespace Calico.Ipam;

/// <summary>The store as IPAM sees it: pools at a moment, the blocks that hosts hold, and every block there is.</summary>
internal sealed class Ledger(IStore store, ResourceStore resources, TimeProvider time)
{
    /// <summary>A pool that changed meanwhile is noticed by the commit itself; this bounds how late a new host's subnet is.</summary>
    private static readonly TimeSpan ViewAge = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, HeldBlocks> _held = [];
    private volatile PoolView? _view;
    private volatile ImmutableHashSet<IPAddress> _keptBack = [];

    public IStore Store => store;

    public TimeProvider Time => time;

    /// <inheritdoc cref="IpamClient.KeptBack"/>
    public ImmutableHashSet<IPAddress> KeptBack
    {
        get => _keptBack;
        set => _keptBack = value;
    }

    public HeldBlocks HeldBy(string host) => _held.GetOrAdd(host, name => new(store, name));

    public async Task<PoolView> ViewAsync(bool fresh, CancellationToken cancellation)
    {
        if (!fresh && _view is { } view && time.GetElapsedTime(view.ReadAt) < ViewAge)
            return view;

        return _view = await PoolView.ReadAsync(store, resources, time, () => KeptBack, cancellation);
    }

    /// <summary>A block of the host, of the first of the pools that has one with a free address.</summary>
    public (StoredBlock Held, Resource<IPPoolSpec> Pool)? FindHeld(string host, PoolView view, IReadOnlyList<Resource<IPPoolSpec>> pools, AddressFamily family)
    {
        foreach (var pool in pools)
        {
            var held = HeldBy(host).Of(family).Select(held => Thawed(held, view)).FirstOrDefault(held =>
                view.FreeIn(held.Block).Any() && pool.Spec.Cidr.Covers(held.Block.Cidr) && view.HostSubnetAt(held.Block.Cidr) is null);
            if (held is not null)
                return (held, pool);
        }

        return null;
    }

    /// <summary>The prefixes of all blocks of a family.</summary>
    public async Task<HashSet<IPNetwork>> BlockPrefixesAsync(AddressFamily family, CancellationToken cancellation)
    {
        var keys = await store.ListKeysAsync(BlocksOf(family), cancellation);
        return [.. keys.Select(StoreKeys.Parse).OfType<StoreName.OfBlock>().Select(name => name.Cidr)];
    }

    /// <summary>All blocks of a family; those that cannot be read are left out.</summary>
    public async Task<List<StoredBlock>> BlocksAsync(AddressFamily family, CancellationToken cancellation)
    {
        var listing = await store.ListAsync(BlocksOf(family), cancellation);
        var view = await ViewAsync(fresh: false, cancellation);
        return [.. listing.Items.Select(TryRead).OfType<StoredBlock>().Select(stored => Thawed(stored, view))];
    }

    /// <summary>The block with what has cooled down free; that is written with the next change.</summary>
    public StoredBlock Thawed(StoredBlock stored, PoolView view) =>
        stored with { Block = BlockEdits.Thaw(stored.Block, time.GetUtcNow(), view.Configuration.Cooldown) };

    /// <summary>The block that an address lies in; null if there is none.</summary>
    public async Task<StoredBlock?> BlockOfAsync(IPAddress address, CancellationToken cancellation)
    {
        var view = await ViewAsync(fresh: false, cancellation);
        return await FindBlockAsync(address, view, cancellation) is { } stored ? Thawed(stored, view) : null;
    }

    private async Task<StoredBlock?> FindBlockAsync(IPAddress address, PoolView view, CancellationToken cancellation)
    {
        var sizes = view.Pools.Where(pool => pool.Spec.Cidr.Contains(address)).Select(pool => pool.Spec.EffectiveBlockSize).Distinct();
        foreach (var size in sizes)
        {
            if (await StoredBlock.GetAsync(store, address.Truncate(size), cancellation) is { } found)
                return found;
        }

        // Its pool may be gone, or its block be of another size: then the blocks themselves know.
        var prefixes = await BlockPrefixesAsync(address.AddressFamily, cancellation);
        foreach (var prefix in prefixes.Where(prefix => prefix.Contains(address)))
            return await StoredBlock.GetAsync(store, prefix, cancellation);
        return null;
    }

    private static StoredBlock? TryRead(StoredValue stored)
    {
        if (StoreKeys.Parse(stored.Key) is not StoreName.OfBlock name)
            return null;

        try
        {
            return StoredBlock.Read(name.Cidr, stored);
        }
        catch (UnreadableException)
        {
            return null; // lists and the syncer report it
        }
    }

    private static string BlocksOf(AddressFamily family) => $"{StoreKeys.Blocks}{(family == AddressFamily.InterNetwork ? "ipv4" : "ipv6")}/block/";
}
