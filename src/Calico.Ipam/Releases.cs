using System.Net;
using System.Net.Sockets;
using Calico.Datastore;
using Calico.Datastore.Resources;
using Calico.Model.Store;

namespace Calico.Ipam;

/// <summary>Gives addresses and blocks back. Block and handle change in one commit, so that neither names what the other does not.</summary>
internal sealed class Releases(Ledger ledger)
{
    private const int MaxAttempts = 100;

    public async Task<ReleaseOutcome> ReleaseAsync(IPAddress address, string? expectedHandle, CancellationToken cancellation)
    {
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            if (await ledger.BlockOfAsync(address, cancellation) is not { } stored || AddressOwner.Of(stored.Block, address) is not { IsCooling: false } owner)
                return new ReleaseOutcome.NotAssigned(address);
            if (expectedHandle is not null && owner.HandleId != expectedHandle)
                return new ReleaseOutcome.OfAnother(owner);

            var ordinal = BlockEdits.OrdinalOf(stored.Block, address);
            var (block, _) = BlockEdits.Release(stored.Block, (candidate, _) => candidate == ordinal, await CoolingAsync(cancellation));
            if (await CommitAsync(stored, block, owner.HandleId, 1, cancellation))
                return new ReleaseOutcome.Released(address);

            await PauseAsync(attempt, cancellation);
        }

        throw Contended($"the address {address}");
    }

    public async Task<IReadOnlyList<IPAddress>> ReleaseByHandleAsync(string handleId, CancellationToken cancellation)
    {
        var released = new List<IPAddress>();
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            if (await GetHandleAsync(handleId, cancellation) is not var (handle, revision))
                return released;
            if (handle.Block.Keys.FirstOrDefault() is not { } text || !IPNetwork.TryParse(text, out var cidr))
            {
                await ledger.Store.CommitAsync([StoreWrite.Delete(StoreKeys.Handle(handleId), revision)], cancellation);
                continue;
            }

            if (await ReleaseAsync(handleId, cidr, (handle, revision), cancellation) is { } freed)
            {
                released.AddRange(freed);
                attempt = 0; // only lost races in a row count
            }
            else
            {
                await PauseAsync(attempt, cancellation);
            }
        }

        throw Contended($"the addresses of handle {handleId}");
    }

    public async Task<HostRelease> ReleaseHostAsync(string host, CancellationToken cancellation)
    {
        var addresses = 0;
        foreach (var family in new[] { AddressFamily.InterNetwork, AddressFamily.InterNetworkV6 })
        {
            foreach (var stored in await ledger.BlocksAsync(family, cancellation))
                addresses += await ReleaseUsedByAsync(host, stored.Block, cancellation);
        }

        var blocks = 0;
        var claims = await ledger.Store.ListAsync(StoreKeys.AffinitiesOf(host), cancellation);
        foreach (var claim in claims.Items)
        {
            if (StoreKeys.Parse(claim.Key) is StoreName.OfAffinity name && await GiveUpAsync(name, onlyIfEmpty: false, cancellation))
                blocks++;
        }

        await ledger.Store.CommitAsync([StoreWrite.Delete(StoreKeys.AffinitiesOf(host).TrimEnd('/'))], cancellation);
        return new(addresses, blocks);
    }

    private async Task<int> ReleaseUsedByAsync(string host, Block block, CancellationToken cancellation)
    {
        var released = 0;
        for (var ordinal = 0; ordinal < block.Allocations.Count; ordinal++)
        {
            var address = BlockEdits.AddressAt(block, ordinal);
            if (AddressOwner.Of(block, address) is { } owner && owner.Node == host
                && await ReleaseAsync(address, owner.HandleId, cancellation) is ReleaseOutcome.Released)
                released++;
        }

        return released;
    }

    /// <summary>An empty block goes with its claim; one with addresses in use stays, with no host, or as it is.</summary>
    public async Task<bool> GiveUpAsync(StoreName.OfAffinity name, bool onlyIfEmpty, CancellationToken cancellation)
    {
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            var stored = await StoredBlock.GetAsync(ledger.Store, name.Cidr, cancellation);
            stored = stored is null ? null : ledger.Thawed(stored, await ledger.ViewAsync(fresh: false, cancellation));
            if (onlyIfEmpty && stored is not null && stored.Block.Host == name.Host && !BlockEdits.IsEmpty(stored.Block))
                return false;

            var writes = new List<StoreWrite> { StoreWrite.Delete(StoreKeys.Affinity(name.Host, name.Cidr)) };
            if (stored is not null && stored.Block.Host == name.Host)
            {
                writes.Add(BlockEdits.IsEmpty(stored.Block)
                    ? StoreWrite.Delete(stored.Key, stored.Revision)
                    : StoreWrite.Put(stored.Key, StoreCodec.Write(stored.Block with { Affinity = null }), stored.Revision));
            }

            if (await ledger.Store.CommitAsync(writes, cancellation) is CommitResult.Committed)
                return true;

            await PauseAsync(attempt, cancellation);
        }

        return false;
    }

    /// <summary>What a handle holds of one block.</summary>
    /// <returns>The addresses; null if somebody was faster.</returns>
    private async Task<List<IPAddress>?> ReleaseAsync(
        string handleId, IPNetwork cidr, (Handle Value, long Revision) handle, CancellationToken cancellation)
    {
        var stored = await StoredBlock.GetAsync(ledger.Store, cidr, cancellation);
        if (stored is null)
            return await ForgetAsync() ? [] : null;

        var (block, ordinals) = BlockEdits.Release(stored.Block, (_, owner) => owner.HandleId == handleId, await CoolingAsync(cancellation));
        if (ordinals.Count == 0)
            return await ForgetAsync() ? [] : null;

        var writes = new[] { WriteBlock(stored, block), WriteHandle(handleId, handle, cidr, int.MaxValue) };
        return Learned(await ledger.Store.CommitAsync(writes, cancellation), block)
            ? [.. ordinals.Select(ordinal => BlockEdits.AddressAt(block, ordinal))]
            : null;

        async Task<bool> ForgetAsync() =>
            await ledger.Store.CommitAsync([WriteHandle(handleId, handle, cidr, int.MaxValue)], cancellation) is CommitResult.Committed;
    }

    /// <summary>When what is released now begins to cool down; null: it need not.</summary>
    private async Task<DateTimeOffset?> CoolingAsync(CancellationToken cancellation) =>
        (await ledger.ViewAsync(fresh: false, cancellation)).Configuration.CooldownSeconds > 0 ? ledger.Time.GetUtcNow() : null;

    private async Task<bool> CommitAsync(StoredBlock stored, Block block, string? handleId, int count, CancellationToken cancellation)
    {
        var writes = new List<StoreWrite> { WriteBlock(stored, block) };
        if (handleId is not null && await GetHandleAsync(handleId, cancellation) is { } handle)
            writes.Add(WriteHandle(handleId, handle, block.Cidr, count));
        return Learned(await ledger.Store.CommitAsync(writes, cancellation), block);
    }

    /// <summary>Tells whoever allocates out of the block in this process how it is now.</summary>
    /// <returns>False if nothing was written.</returns>
    private bool Learned(CommitResult result, Block block)
    {
        if (result is not CommitResult.Committed done)
            return false;
        if (block.Host is { } host)
            ledger.HeldBy(host).Learn(block.Cidr, new(block, done.Revision));
        return true;
    }

    /// <summary>A block that no host claims goes with its last address.</summary>
    private static StoreWrite WriteBlock(StoredBlock stored, Block block) => block.Affinity is null && BlockEdits.IsEmpty(block)
        ? StoreWrite.Delete(stored.Key, stored.Revision)
        : StoreWrite.Put(stored.Key, StoreCodec.Write(block), stored.Revision);

    private static StoreWrite WriteHandle(string handleId, (Handle Value, long Revision) handle, IPNetwork cidr, int count) =>
        HandleEdits.Subtract(handle.Value, cidr, count) is { } left
            ? StoreWrite.Put(StoreKeys.Handle(handleId), StoreCodec.Write(left), handle.Revision)
            : StoreWrite.Delete(StoreKeys.Handle(handleId), handle.Revision);

    private async Task<(Handle Value, long Revision)?> GetHandleAsync(string handleId, CancellationToken cancellation) =>
        await ledger.Store.GetAsync(StoreKeys.Handle(handleId), cancellation) is { } stored
            ? ((Handle)StoreCodec.Read(new StoreName.OfHandle(handleId), stored), stored.Revision)
            : null;

    private Task PauseAsync(int attempt, CancellationToken cancellation) =>
        Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.Next(1, 2 + Math.Min(attempt, 50))), ledger.Time, cancellation);

    private static DatastoreException Contended(string what) => new($"{what} could not be released: others were faster {MaxAttempts} times in a row; try again");
}
