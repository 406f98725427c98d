using System.Net.Sockets;
using Calico.Datastore;
using Calico.Datastore.Resources;
using Calico.Model.Resources;
using Calico.Model.Store;

namespace Calico.Ipam;

/// <summary>Several requests of one host for one address each, answered out of one block with one commit, while the gate of the host's blocks is held.</summary>
/// <remarks>What is not as usual (no room, no block, a handle that is there already, a lost race) is left to each request alone.</remarks>
internal sealed class BatchAllocation(Ledger ledger, string host)
{
    /// <summary>etcd takes 128 operations in a commit, if nothing else is configured; each request is one.</summary>
    public const int Most = 64;

    public async Task AnswerAsync(List<WaitingRequest> requests, CancellationToken cancellation)
    {
        try
        {
            foreach (var family in (AddressFamily[])[AddressFamily.InterNetwork, AddressFamily.InterNetworkV6])
            {
                var usual = requests.Where(waiting => IsUsual(waiting.Request, family)).DistinctBy(waiting => waiting.Request.HandleId).ToList();
                if (usual.Count > 1)
                    await AnswerAsync(usual, family, cancellation);
            }
        }
        catch (DatastoreException e)
        {
            foreach (var waiting in requests.Where(waiting => waiting.Outcome is null))
                waiting.Fault = e; // the same store would fail each of them, one after the other
        }
    }

    private async Task AnswerAsync(List<WaitingRequest> requests, AddressFamily family, CancellationToken cancellation)
    {
        var view = await ledger.ViewAsync(fresh: false, cancellation);
        if (view.Choose(requests[0].Request, family, out var pools) is not null || ledger.FindHeld(host, view, pools, family) is not var (held, pool))
            return;

        var now = ledger.Time.GetUtcNow();
        var ordinals = view.FreeIn(held.Block).Take(requests.Count).ToList();
        var block = held.Block;
        var writes = new List<StoreWrite> { StoreWrite.Check(StoreKeys.Of(ResourceId.Of(pool)), long.Parse(pool.Metadata.ResourceVersion ?? "0", null)) };
        foreach (var (waiting, ordinal) in requests.Zip(ordinals))
        {
            var request = waiting.Request;
            block = BlockEdits.Take(block, [ordinal], new() { HandleId = request.HandleId, Secondary = Allocation.Completed(request, now) });
            writes.Add(StoreWrite.Create(StoreKeys.Handle(request.HandleId), StoreCodec.Write(HandleEdits.Add(handle: null, request.HandleId, block.Cidr, 1))));
        }

        writes.Add(StoreWrite.Put(held.Key, StoreCodec.Write(block), held.Revision));
        switch (await ledger.Store.CommitAsync(writes, cancellation))
        {
            case CommitResult.Committed done:
                ledger.HeldBy(host).Learn(block.Cidr, new(block, done.Revision));
                foreach (var (waiting, ordinal) in requests.Zip(ordinals))
                    waiting.Outcome = new([new(BlockEdits.AddressAt(block, ordinal), block.Cidr, pool.Spec.Cidr)]);
                break;
            case CommitResult.Conflict conflict when StoreKeys.Parse(conflict.Key) is StoreName.OfBlock name:
                ledger.HeldBy(host).Learn(name.Cidr, StoredBlock.Read(name.Cidr, conflict.Actual));
                break;
            default:
                break;
        }
    }

    private static bool IsUsual(AssignRequest request, AddressFamily family) => request.Pools is null
        && (request.IPv4, request.IPv6) == (family == AddressFamily.InterNetwork ? (1, 0) : (0, 1));
}
