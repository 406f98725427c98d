using System.Net;
using Calico.Datastore;
using Calico.Datastore.Resources;
using Calico.Model.Store;

namespace Calico.Ipam;

/// <summary>Moves an address from one handle to another: block and both handles in one commit.</summary>
/// <remarks>While the gate of the host's blocks is held.</remarks>
internal sealed class Reassignment(Ledger ledger, AssignRequest request)
{
    private const int MaxAttempts = 100;

    private readonly AllocationAttributes _owner = new()
    {
        HandleId = request.HandleId,
        Secondary = Allocation.Completed(request, ledger.Time.GetUtcNow()),
    };

    public async Task<ReassignOutcome> RunAsync(IPAddress address, string from, CancellationToken cancellation)
    {
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            if (await ledger.BlockOfAsync(address, cancellation) is not { } stored || AddressOwner.Of(stored.Block, address) is not { IsCooling: false } owner)
                return new ReassignOutcome.NotAssigned(address);
            if (owner.HandleId == request.HandleId)
                return new ReassignOutcome.Done();
            if (owner.HandleId != from)
                return new ReassignOutcome.OfAnother(owner);
            if (await TryAsync(stored, address, from, cancellation))
                return new ReassignOutcome.Done();

            await Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.Next(1, 2 + Math.Min(attempt, 50))), ledger.Time, cancellation);
        }

        throw new DatastoreException($"the address {address} could not be given to {request.HandleId}: others were faster {MaxAttempts} times in a row");
    }

    private async Task<bool> TryAsync(StoredBlock stored, IPAddress address, string from, CancellationToken cancellation)
    {
        var block = BlockEdits.Give(stored.Block, BlockEdits.OrdinalOf(stored.Block, address), _owner);
        var (to, toRevision) = await ReadAsync(request.HandleId, cancellation);
        var writes = new List<StoreWrite>
        {
            StoreWrite.Put(stored.Key, StoreCodec.Write(block), stored.Revision),
            StoreWrite.Put(StoreKeys.Handle(request.HandleId), StoreCodec.Write(HandleEdits.Add(to, request.HandleId, block.Cidr, 1)), toRevision),
        };
        if (await ReadAsync(from, cancellation) is ({ } old, var revision))
        {
            writes.Add(HandleEdits.Subtract(old, block.Cidr, 1) is { } left
                ? StoreWrite.Put(StoreKeys.Handle(from), StoreCodec.Write(left), revision)
                : StoreWrite.Delete(StoreKeys.Handle(from), revision));
        }

        if (await ledger.Store.CommitAsync(writes, cancellation) is not CommitResult.Committed done)
            return false;

        ledger.HeldBy(request.Host).Learn(block.Cidr, new(block, done.Revision));
        return true;
    }

    private async Task<(Handle? Value, long Revision)> ReadAsync(string handleId, CancellationToken cancellation) =>
        await ledger.Store.GetAsync(StoreKeys.Handle(handleId), cancellation) is { } stored
            ? ((Handle)StoreCodec.Read(new StoreName.OfHandle(handleId), stored), stored.Revision)
            : (null, 0);
}
