using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Calico.Datastore;
using Calico.Datastore.Resources;
using Microsoft.Extensions.Logging;

namespace Calico.Ipam;

/// <summary>Gives out addresses of the pools, none twice, and takes them back.</summary>
/// <remarks>
/// A host takes whole blocks and gives addresses out of those; what it knows of them is remembered, and an allocation from a block
/// it holds is one commit. Every commit is compare-and-swap over block, handle and pool, so that any number of hosts and
/// processes may work at once. A store that cannot be reached is a <see cref="DatastoreException"/>. Safe for several threads.
/// </remarks>
public sealed partial class IpamClient(IStore store, ResourceStore resources, TimeProvider time, ILogger logger)
{
    /// <summary>How many addresses of each pool a host keeps in reserve where nothing else is said.</summary>
    public const int DefaultReserve = 8;

    /// <summary>What was begun is undone even when the caller's time is up.</summary>
    private static readonly TimeSpan CleanUpTime = TimeSpan.FromSeconds(30);

    private readonly Ledger _ledger = new(store, resources, time);

    /// <summary>Addresses that this client gives to nobody who does not ask for them by name, as if IPReservations said so: somebody is going to.</summary>
    public ImmutableHashSet<IPAddress> KeptBack
    {
        get => _ledger.KeptBack;
        set => _ledger.KeptBack = value;
    }

    /// <summary>Says of an address whether it is kept back from all who do not ask for it by name.</summary>
    public async Task<Func<IPAddress, bool>> ReservationsAsync(CancellationToken cancellation) => (await _ledger.ViewAsync(fresh: false, cancellation)).IsReserved;

    /// <summary>Takes addresses: all that are asked for, or none.</summary>
    /// <remarks>Requests of one host that come at once are answered together where they can be.</remarks>
    public async Task<AssignOutcome> AssignAsync(AssignRequest request, CancellationToken cancellation)
    {
        var queue = _ledger.HeldBy(request.Host).Queue;
        var own = queue.Add(request);
        using (await HoldForAsync(own, cancellation))
        {
            while (!own.IsTaken)
                await new BatchAllocation(_ledger, request.Host).AnswerAsync(queue.Take(BatchAllocation.Most), CancellationToken.None);

            if (own.Fault is { } fault)
                throw new DatastoreException(fault.Message, fault);

            return own.Outcome ?? await AllocateAsync(
                request,
                async allocation => await allocation.FillAsync(AddressFamily.InterNetwork, request.IPv4, cancellation)
                    ?? await allocation.FillAsync(AddressFamily.InterNetworkV6, request.IPv6, cancellation),
                cancellation);
        }
    }

    /// <summary>Takes one certain address; what the request says of numbers counts for nothing.</summary>
    public async Task<AssignOutcome> AssignAddressAsync(IPAddress address, AssignRequest request, CancellationToken cancellation)
    {
        using (await HoldAsync(request.Host, cancellation))
            return await AllocateAsync(request, allocation => allocation.TakeAsync(address, cancellation), cancellation);
    }

    /// <summary>Gives one address back.</summary>
    /// <param name="address">The address.</param>
    /// <param name="expectedHandle">Only if it still belongs to this handle; null: whosever it is.</param>
    /// <param name="cancellation">Ends the attempt.</param>
    public async Task<ReleaseOutcome> ReleaseAsync(IPAddress address, string? expectedHandle, CancellationToken cancellation) =>
        await new Releases(_ledger).ReleaseAsync(address, expectedHandle, cancellation);

    /// <summary>Gives back all that a handle holds; nothing if there is no such handle.</summary>
    public async Task<IReadOnlyList<IPAddress>> ReleaseByHandleAsync(string handleId, CancellationToken cancellation) =>
        await new Releases(_ledger).ReleaseByHandleAsync(handleId, cancellation);

    /// <summary>Gives back everything of a host that is gone for good: the addresses used on it and the blocks it holds.</summary>
    public async Task<HostRelease> ReleaseHostAsync(string host, CancellationToken cancellation)
    {
        var released = await new Releases(_ledger).ReleaseHostAsync(host, cancellation);
        ReleasedHost(host, released.Addresses, released.Blocks);
        return released;
    }

    /// <summary>Keeps some addresses of the host's own blocks in reserve: given out, in the store, to nobody but the host itself.</summary>
    /// <param name="host">The host.</param>
    /// <param name="size">How many of each pool; less where that would be more than an eighth of a block, or the block is half full. 0: none.</param>
    /// <param name="cancellation">Ends the attempt.</param>
    /// <returns>All that are in reserve now, each under <see cref="ReserveHandle"/>.</returns>
    public async Task<IReadOnlyList<IPAddress>> KeepReserveAsync(string host, int size, CancellationToken cancellation)
    {
        if (size == 0)
        {
            await ReleaseByHandleAsync(ReserveHandle(host), cancellation);
            return [];
        }

        using var held = await HoldAsync(host, cancellation);
        return await new Reserve(_ledger, host).KeepAsync(size, cancellation);
    }

    /// <summary>Gives up what a host holds of pools that serve it no more, being gone, disabled or for other nodes: its reserve there, and blocks that are empty then.</summary>
    /// <param name="host">The host.</param>
    /// <param name="before">Called before anything is released; not if nothing is.</param>
    /// <param name="cancellation">Ends the attempt.</param>
    /// <returns>How many blocks were given up.</returns>
    public async Task<int> ReleaseUnservedAsync(string host, Action before, CancellationToken cancellation)
    {
        using var held = await HoldAsync(host, cancellation);
        return await new UnservedBlocks(_ledger, host).ReleaseAsync(range: null, before, cancellation);
    }

    /// <summary>The same inside a range, of one host or (null) of all.</summary>
    public async Task<int> ReleaseUnservedAsync(IPNetwork range, string? host, CancellationToken cancellation)
    {
        var released = 0;
        foreach (var name in host is null ? await UnservedBlocks.HostsAsync(store, range, cancellation) : [host])
        {
            using var held = await HoldAsync(name, cancellation);
            released += await new UnservedBlocks(_ledger, name).ReleaseAsync(range, before: null, cancellation);
        }

        return released;
    }

    /// <summary>Makes an address that one handle has another's, such as one of the reserve a container's; with no moment at which it is nobody's.</summary>
    /// <param name="address">The address.</param>
    /// <param name="from">The handle that has it.</param>
    /// <param name="request">Whose it becomes; what it says of numbers and pools counts for nothing.</param>
    /// <param name="cancellation">Ends the attempt.</param>
    public async Task<ReassignOutcome> ReassignAsync(IPAddress address, string from, AssignRequest request, CancellationToken cancellation)
    {
        using var held = await HoldAsync(request.Host, cancellation);
        return await new Reassignment(_ledger, request).RunAsync(address, from, cancellation);
    }

    /// <summary>The handle of what a host has in reserve.</summary>
    public static string ReserveHandle(string host) => $"reserve.{host}";

    /// <summary>Null if the address is free or in no block.</summary>
    public async Task<AddressOwner?> OwnerOfAsync(IPAddress address, CancellationToken cancellation) =>
        await _ledger.BlockOfAsync(address, cancellation) is { } stored ? AddressOwner.Of(stored.Block, address) : null;

    private async Task<AssignOutcome> AllocateAsync(
        AssignRequest request, Func<Allocation, Task<AssignOutcome.Refused?>> allocate, CancellationToken cancellation)
    {
        var allocation = new Allocation(_ledger, request);
        if (await TryAsync(allocation) is { } none)
        {
            Refused(request.Host, request.HandleId, none.Message);
            return none;
        }

        WarnOfOverlaps(request.Host, await _ledger.ViewAsync(fresh: false, cancellation));
        return new AssignOutcome.Assigned(allocation.Taken);

        async Task<AssignOutcome.Refused?> TryAsync(Allocation allocation)
        {
            AssignOutcome.Refused? refused;
            try
            {
                refused = await allocate(allocation);
            }
            catch
            {
                await UndoAsync(allocation.Taken, request.HandleId);
                throw;
            }

            if (refused is not null)
                await UndoAsync(allocation.Taken, request.HandleId);
            return refused;
        }
    }

    /// <summary>As <see cref="HoldAsync"/>; a caller who will not wait gives back what another has meanwhile got for it.</summary>
    private async Task<Holding> HoldForAsync(WaitingRequest own, CancellationToken cancellation)
    {
        try
        {
            return await HoldAsync(own.Request.Host, cancellation);
        }
        catch (OperationCanceledException) when (!own.TryTake())
        {
            using (await HoldAsync(own.Request.Host, CancellationToken.None))
                await UndoAsync(own.Outcome?.Addresses ?? [], own.Request.HandleId);
            throw;
        }
    }

    private async Task<Holding> HoldAsync(string host, CancellationToken cancellation)
    {
        var gate = _ledger.HeldBy(host).Gate;
        await gate.WaitAsync(cancellation);
        return new(gate);
    }

    private async Task UndoAsync(IReadOnlyList<AssignedAddress> taken, string handleId)
    {
        using var limit = new CancellationTokenSource(CleanUpTime, time);
        foreach (var assigned in taken)
        {
            try
            {
                await ReleaseAsync(assigned.Address, handleId, limit.Token);
            }
            catch (Exception e) when (e is DatastoreException or OperationCanceledException)
            {
                NotUndone(assigned.Address, handleId, e.Message);
            }
        }
    }

    private void WarnOfOverlaps(string host, PoolView view)
    {
        var held = _ledger.HeldBy(host);
        foreach (var stored in held.Of(AddressFamily.InterNetwork).Concat(held.Of(AddressFamily.InterNetworkV6)))
        {
            if (view.HostSubnetAt(stored.Block.Cidr) is var (subnet, owner) && held.FirstSightOf(stored.Block.Cidr))
                Overlapping(stored.Block.Cidr, subnet, owner);
        }
    }

    /// <summary>The gate of a host's blocks, held until it is disposed of.</summary>
    private sealed class Holding(SemaphoreSlim gate) : IDisposable
    {
        public void Dispose() => gate.Release();
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "No address for {Handle} on {Host}: {Reason}")]
    private partial void Refused(string host, string handle, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "Released everything of host {Host}: {Addresses} addresses, {Blocks} blocks")]
    private partial void ReleasedHost(string host, int addresses, int blocks);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Address {Address} of {Handle} was taken for a request that failed, and could not be given back: {Reason}")]
    private partial void NotUndone(IPAddress address, string handle, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Block {Block} overlaps the subnet {Subnet} of host {Owner}: no new address is given out of it")]
    private partial void Overlapping(IPNetwork block, IPNetwork subnet, string owner);
}
