using System.Net;
using System.Net.Sockets;
using Calico.Datastore;
using Calico.Datastore.Resources;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Calico.Model.Store;
using Calico.Model.Values;

namespace Calico.Ipam;

/// <summary>One request for addresses, while the gate of its host's blocks is held.</summary>
/// <remarks>
/// Every step is one commit of the block, the handle, and a check that the pool is still what was read: where anything was
/// changed by somebody else nothing is written, what the commit found is taken note of, and the next attempt decides anew.
/// </remarks>
internal sealed class Allocation(Ledger ledger, AssignRequest request)
{
    private const int MaxAttempts = 100;

    private readonly HeldBlocks _held = ledger.HeldBy(request.Host);
    private readonly Dictionary<string, long> _affinities = []; // revisions of claims that were in the way
    private readonly AllocationAttributes _owner = new()
    {
        HandleId = request.HandleId,
        Secondary = Completed(request, ledger.Time.GetUtcNow()),
    };

    private readonly List<AssignedAddress> _taken = [];
    private (Handle? Value, long Revision) _handle; // a new workload's is not there yet; if it is, the first commit says so
    private bool _fresh;
    private bool _reloaded;

    public IReadOnlyList<AssignedAddress> Taken => _taken;

    /// <summary>Takes addresses of a family, any.</summary>
    /// <returns>Why it could not; null if it could.</returns>
    public async Task<AssignOutcome.Refused?> FillAsync(AddressFamily family, int count, CancellationToken cancellation)
    {
        var target = _taken.Count + count;
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            if (_taken.Count == target)
                return null;

            await PauseAsync(attempt, cancellation);
            var view = await ledger.ViewAsync(_fresh, cancellation);
            if (view.Choose(request, family, out var pools) is { } refused)
            {
                if (_fresh)
                    return refused;

                _fresh = true; // perhaps the pool was only just made
                continue;
            }

            _fresh = false;
            if (ledger.FindHeld(request.Host, view, pools, family) is var (held, pool))
                await TakeAsync(held, pool, [.. view.FreeIn(held.Block).Take(target - _taken.Count)], cancellation);
            else if (!_reloaded)
                await ReloadAsync(cancellation);
            else if (await new BlockSearch(ledger, request, view, pools).FindAsync(_held, family, cancellation) is var found && found.Refused is { } none)
                return none;
            else if (found.Block is { } block)
                await TakeAsync(block, found.Pool, [.. view.FreeIn(block.Block).Take(target - _taken.Count)], cancellation, found.FormerHost);
        }

        return Contended();
    }

    /// <summary>Takes one certain address.</summary>
    /// <returns>Why it could not; null if it could.</returns>
    public async Task<AssignOutcome.Refused?> TakeAsync(IPAddress address, CancellationToken cancellation)
    {
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            await PauseAsync(attempt, cancellation);
            var view = await ledger.ViewAsync(_fresh, cancellation);
            var search = new ExplicitSearch(ledger, request, view);
            var found = await search.FindAsync(address, cancellation);
            if (found.Refused is { Fault: AssignFault.NotInPool or AssignFault.NoSuchPool } && !_fresh)
            {
                _fresh = true;
                continue;
            }

            _fresh = false;
            if (found.Refused is { } refused)
                return refused;
            if (found.Block is { } block && await TakeAsync(block, found.Pool, [BlockEdits.OrdinalOf(block.Block, address)], cancellation))
                return null;
        }

        return Contended();
    }

    /// <summary>Takes certain addresses of a block that the host holds.</summary>
    /// <returns>False if somebody else was faster.</returns>
    public async Task<bool> TakeOfHeldAsync(StoredBlock held, Resource<IPPoolSpec> pool, List<int> ordinals, CancellationToken cancellation)
    {
        var handle = await ledger.Store.GetAsync(StoreKeys.Handle(request.HandleId), cancellation);
        _handle = handle is null ? (null, 0) : ((Handle)StoreCodec.Read(new StoreName.OfHandle(request.HandleId), handle), handle.Revision);
        return await TakeAsync(held, pool, ordinals, cancellation);
    }

    private async Task ReloadAsync(CancellationToken cancellation)
    {
        await _held.LoadAsync(cancellation);
        (_reloaded, _fresh) = (true, true);
    }

    /// <param name="held">A block of any host, or a new one (revision 0), which this claims for the host.</param>
    /// <param name="pool">The block's pool.</param>
    /// <param name="ordinals">Which addresses.</param>
    /// <param name="cancellation">Ends the attempt.</param>
    /// <param name="formerHost">The host that the block is taken over from, empty; null if it is not.</param>
    private async Task<bool> TakeAsync(
        StoredBlock held, Resource<IPPoolSpec>? pool, List<int> ordinals, CancellationToken cancellation, string? formerHost = null)
    {
        if (pool is null)
            return false;

        var block = BlockEdits.Take(held.Block, ordinals, _owner);
        var handle = HandleEdits.Add(_handle.Value, request.HandleId, block.Cidr, ordinals.Count);
        var writes = new List<StoreWrite>
        {
            StoreWrite.Check(StoreKeys.Of(ResourceId.Of(pool)), long.Parse(pool.Metadata.ResourceVersion ?? "0", null)),
            StoreWrite.Put(held.Key, StoreCodec.Write(block), held.Revision),
            StoreWrite.Put(StoreKeys.Handle(request.HandleId), StoreCodec.Write(handle), _handle.Revision),
        };
        if (held.Revision == 0 || formerHost is not null)
            writes.AddRange(Claim(block.Cidr, formerHost));

        switch (await ledger.Store.CommitAsync(writes, cancellation))
        {
            case CommitResult.Committed done:
                _handle = (handle, done.Revision);
                _held.Learn(block.Cidr, new(block, done.Revision));
                _taken.AddRange(ordinals.Select(ordinal => new AssignedAddress(BlockEdits.AddressAt(block, ordinal), block.Cidr, pool.Spec.Cidr)));
                return true;
            case CommitResult.Conflict conflict:
                Learn(conflict);
                break;
        }

        return false;
    }

    /// <remarks>Block and claim are one commit, so there is no moment at which the claim is pending.</remarks>
    private IEnumerable<StoreWrite> Claim(IPNetwork cidr, string? formerHost)
    {
        var key = StoreKeys.Affinity(request.Host, cidr);
        yield return StoreWrite.Put(key, StoreCodec.Write(new BlockAffinity()), _affinities.GetValueOrDefault(key));
        if (formerHost is not null)
            yield return StoreWrite.Delete(StoreKeys.Affinity(formerHost, cidr));
    }

    private void Learn(CommitResult.Conflict conflict)
    {
        switch (StoreKeys.Parse(conflict.Key))
        {
            case StoreName.OfHandle name:
                _handle = conflict.Actual is { } actual ? ((Handle)StoreCodec.Read(name, actual), actual.Revision) : (null, 0);
                break;
            case StoreName.OfBlock name:
                _held.Learn(name.Cidr, StoredBlock.Read(name.Cidr, conflict.Actual));
                break;
            case StoreName.OfAffinity:
                _affinities[conflict.Key] = conflict.Actual?.Revision ?? 0;
                break;
            default:
                _fresh = true; // the pool was changed
                break;
        }
    }

    /// <summary>After a few lost races, a short wait of random length lets the others through.</summary>
    private Task PauseAsync(int attempt, CancellationToken cancellation) => attempt < 4
        ? Task.CompletedTask
        : Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.Next(1, 2 + Math.Min(attempt, 50))), ledger.Time, cancellation);

    private static AssignOutcome.Refused Contended() =>
        new(AssignFault.Contention, "Max retries hit - excessive concurrent IPAM requests: try again");

    /// <summary>The attributes of whom the request is for: node and time are added if they are not there.</summary>
    public static Labels Completed(AssignRequest request, DateTimeOffset now)
    {
        var attributes = request.Attributes;
        if (!attributes.ContainsKey("node"))
            attributes = attributes.With("node", request.Host);
        return attributes.ContainsKey(AddressOwner.Timestamp) ? attributes : attributes.With(AddressOwner.Timestamp, AddressOwner.Write(request.Since ?? now));
    }
}
