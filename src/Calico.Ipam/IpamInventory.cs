using System.Net;
using Calico.Datastore;
using Calico.Datastore.Resources;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Calico.Model.Store;

namespace Calico.Ipam;

/// <summary>All that the store has of addresses, as it was read.</summary>
/// <remarks>Pools, blocks and handles are read one after another: what changes meanwhile can make them disagree for the moment.</remarks>
public sealed record IpamInventory
{
    public IReadOnlyList<Resource<IPPoolSpec>> Pools { get; init; } = [];

    /// <summary>In order of family and address.</summary>
    public IReadOnlyList<Block> Blocks { get; init; } = [];

    /// <summary>Whose claim on which block.</summary>
    public IReadOnlyDictionary<(string Host, IPNetwork Block), BlockAffinity> Affinities { get; init; } = new Dictionary<(string, IPNetwork), BlockAffinity>();

    public IReadOnlyDictionary<string, Handle> Handles { get; init; } = new Dictionary<string, Handle>();

    public IpamConfiguration Configuration { get; init; } = new();

    /// <summary>What cannot be read, in words.</summary>
    public IReadOnlyList<string> Unreadable { get; init; } = [];

    /// <summary>Every address in use.</summary>
    public IEnumerable<AddressOwner> Allocations => Blocks.SelectMany(AllocationsOf);

    /// <exception cref="DatastoreException">The store cannot be reached.</exception>
    public static async Task<IpamInventory> ReadAsync(IStore store, ResourceStore resources, CancellationToken cancellation)
    {
        var pools = await resources.ListAsync<IPPoolSpec>(Kinds.IPPool, cancellation);
        var unreadable = pools.Unreadable.Select(problem => problem.Message).ToList();
        var handles = await ReadAsync<StoreName.OfHandle, Handle>(StoreKeys.Handles); // before the blocks: a handle is there before its address is given out
        var blocks = await ReadAsync<StoreName.OfBlock, Block>(StoreKeys.Blocks);
        var affinities = await ReadAsync<StoreName.OfAffinity, BlockAffinity>(StoreKeys.Hosts);
        return new()
        {
            Pools = [.. pools.Items.OrderBy(pool => pool.Name, StringComparer.Ordinal)],
            Blocks = [.. blocks.Select(item => item.Value)],
            Affinities = affinities.ToDictionary(item => (item.Name.Host, item.Name.Cidr), item => item.Value),
            Handles = handles.ToDictionary(item => item.Name.HandleId, item => item.Value),
            Configuration = await IpamConfiguration.ReadAsync(store, cancellation),
            Unreadable = unreadable,
        };

        async Task<List<(TName Name, TValue Value)>> ReadAsync<TName, TValue>(string prefix)
            where TName : StoreName
        {
            var items = new List<(TName, TValue)>();
            foreach (var stored in (await store.ListAsync(prefix, cancellation)).Items)
            {
                if (StoreKeys.Parse(stored.Key) is not TName name)
                    continue;

                try
                {
                    items.Add((name, (TValue)StoreCodec.Read(name, stored)));
                }
                catch (UnreadableException e)
                {
                    unreadable.Add(e.Message);
                }
            }

            return items;
        }
    }

    /// <summary>Every address of a block that is in use.</summary>
    public static IEnumerable<AddressOwner> AllocationsOf(Block block) =>
        Enumerable.Range(0, block.Allocations.Count).Select(ordinal => AddressOwner.Of(block, BlockEdits.AddressAt(block, ordinal))).OfType<AddressOwner>();
}
