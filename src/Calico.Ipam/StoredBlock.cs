using System.Net;
using Calico.Datastore;
using Calico.Datastore.Resources;
using Calico.Model.Store;

namespace Calico.Ipam;

/// <param name="Block">The block.</param>
/// <param name="Revision">Of the block in the store; 0: it is not there yet.</param>
internal sealed record StoredBlock(Block Block, long Revision)
{
    public string Key => StoreKeys.Block(Block.Cidr);

    /// <summary>Null if there is no such block.</summary>
    /// <exception cref="UnreadableException">It is there but cannot be read.</exception>
    public static async Task<StoredBlock?> GetAsync(IStore store, IPNetwork cidr, CancellationToken cancellation) =>
        Read(cidr, await store.GetAsync(StoreKeys.Block(cidr), cancellation));

    public static StoredBlock? Read(IPNetwork cidr, StoredValue? stored) =>
        stored is null ? null : new((Block)StoreCodec.Read(new StoreName.OfBlock(cidr), stored), stored.Revision);
}
