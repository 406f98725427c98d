using System.Net;
using System.Security.Cryptography;
using Calico.Datastore;
using Calico.Datastore.Resources;
using Calico.Ipam;
using Calico.Model.Addresses;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Calico.Model.Store;
using Calico.Plugins.Docker;
using Calico.Plugins.Offline;

namespace Calico.Plugins.Attaching;

/// <summary>Addresses of workloads on this host, each under a handle that says whose it is.</summary>
/// <remarks>
/// Docker asks for an address before there is an endpoint to name, so each of its addresses has a handle of its own,
/// <c>docker.HOST.</c> and a number: given out again, an address is told from what it was before, and none is released that
/// another host, or another orchestrator, has been given since. A plain workload's is <c>ORCHESTRATOR.HOST.NAME</c>.
/// </remarks>
internal sealed class WorkloadAddresses(string node, IStore store, ResourceStore resources, IpamClient ipam, LocalBooks books)
{
    /// <summary>So many addresses that were free when they were listed and are taken when they are asked for is no accident.</summary>
    private const int MostTries = 100;

    private string DockerPrefix => $"docker.{node}.";

    /// <summary>The handle of a plain workload.</summary>
    public static string HandleOf(WorkloadEndpointSpec endpoint) => $"{endpoint.Orchestrator}.{endpoint.Node}.{endpoint.Workload}";

    public async Task<IReadOnlyList<Resource<IPPoolSpec>>> ListPoolsAsync(CancellationToken cancellation)
    {
        IReadOnlyList<Resource<IPPoolSpec>> pools = [];
        return await books.TryAsync(async () => pools = (await resources.ListAsync<IPPoolSpec>(Kinds.IPPool, cancellation)).Items) ? pools : books.Pools;
    }

    /// <summary>Any address of the pool, for a container.</summary>
    /// <exception cref="PluginException">There is none.</exception>
    public async Task<IPAddress> AssignAnyAsync(DockerPool pool, CancellationToken cancellation)
    {
        var request = Request(NewHandle(), pool.IsIPv4);
        if (pool.IsAny)
            return await AssignAsync(request, pool.Range, cancellation);
        if ((await ListPoolsAsync(cancellation)).Any(configured => configured.Spec.Cidr == pool.Range))
            return await AssignAsync(request with { Pools = [pool.Range] }, pool.Range, cancellation);

        IPAddress? found = null;
        if (await books.TryAsync(async () => found = await AssignWithinAsync(pool.Range, request, cancellation)) && found is not null)
            return Noted(found, request.HandleId);

        return books.Assign(pool.Range.Contains, $"no address of {pool.Range}", request.HandleId);
    }

    /// <summary>This address, for a container.</summary>
    /// <exception cref="PluginException">It is not in the pool, or somebody has it; the message says who.</exception>
    public async Task<IPAddress> AssignAsync(DockerPool pool, IPAddress address, CancellationToken cancellation)
    {
        if (address.IsIPv4 != pool.IsIPv4 || !pool.Range.Contains(address))
            throw new PluginException($"{address} is not in {pool.Range}");

        return await AssignAsync(address, NewHandle(), cancellation);
    }

    /// <summary>This address, or any IPv4 address, for the owner of the handle.</summary>
    /// <exception cref="PluginException">There is none, or somebody has it; the message says who.</exception>
    public async Task<IPAddress> AssignAsync(IPAddress? address, string handle, CancellationToken cancellation)
    {
        if (address is null)
            return await AssignAsync(Request(handle, isIPv4: true), new(IPAddress.Any, 0), cancellation);

        AssignOutcome? outcome = null;
        IPAddress? reserved = null;
        string? holder = null;
        if (!await books.TryAsync(async () =>
        {
            outcome = await ipam.AssignAddressAsync(address, Request(handle, address.IsIPv4), cancellation);
            if (outcome is not AssignOutcome.Refused { Fault: AssignFault.InUse })
                return;

            reserved = books.TryAssign(address.Equals, handle);
            holder = reserved is null ? await HolderAsync(address, cancellation) : null;
        }) || outcome is null)
            return books.Assign(address.Equals, $"{address} cannot be had: only what is in reserve", handle);

        return reserved ?? (holder is null ? Noted(Taken(outcome), handle) : throw new PluginException(holder));
    }

    /// <summary>Releases an address that this host's Docker was given; one that it was not given, or not lately, is left alone.</summary>
    public async Task ReleaseAsync(IPAddress address, CancellationToken cancellation)
    {
        if (!await books.TryAsync(() => ReleaseInStoreAsync(address, cancellation)))
            books.Release(address, IsOfContainer);
    }

    /// <inheritdoc cref="ReleaseAsync(IPAddress, CancellationToken)"/>
    /// <exception cref="DatastoreException">The store is away.</exception>
    public async Task ReleaseInStoreAsync(IPAddress address, CancellationToken cancellation)
    {
        if (await ipam.OwnerOfAsync(address, cancellation) is { HandleId: { } handle } && IsOfContainer(handle))
            await ipam.ReleaseAsync(address, handle, cancellation);
        books.Forget(address);
    }

    /// <summary>Releases the address unless it has another handle by now.</summary>
    public async Task ReleaseAsync(OwnedAddress owned, CancellationToken cancellation)
    {
        if (await books.TryAsync(() => ipam.ReleaseAsync(owned.Address, owned.Handle, cancellation)))
            books.Forget(owned.Handle);
        else
            books.Release(owned);
    }

    /// <summary>Releases whatever addresses the handle has.</summary>
    public async Task ReleaseAllAsync(string handle, CancellationToken cancellation)
    {
        if (await books.TryAsync(() => ipam.ReleaseByHandleAsync(handle, cancellation)))
            books.Forget(handle);
        else
            books.Journal.Write(new() { Do = JournalVerb.ReleaseAll, Handle = handle });
    }

    /// <summary>All addresses that this host's Docker was given and has not given back; while the store is away, as far as is known here.</summary>
    public async Task<IReadOnlyList<OwnedAddress>> ListOfContainersAsync(CancellationToken cancellation)
    {
        IReadOnlyList<OwnedAddress> listed = [];
        return await books.TryAsync(async () => listed = await ListInStoreAsync(cancellation)) ? listed : [.. books.Held.Where(owned => IsOfContainer(owned.Handle))];
    }

    private async Task<IReadOnlyList<OwnedAddress>> ListInStoreAsync(CancellationToken cancellation)
    {
        var blocks = new HashSet<IPNetwork>();
        foreach (var stored in (await store.ListAsync(StoreKeys.Handle(DockerPrefix), cancellation)).Items)
        {
            if (StoreKeys.Parse(stored.Key) is StoreName.OfHandle name && StoreCodec.Read(name, stored) is Handle handle)
                blocks.UnionWith(handle.Block.Keys.Select(text => AddressArithmetic.TryParseNetwork(text, out var block) ? block : default));
        }

        var owned = new List<OwnedAddress>();
        foreach (var cidr in blocks)
        {
            if (await store.GetAsync(StoreKeys.Block(cidr), cancellation) is { } stored)
                owned.AddRange(OfContainers((Block)StoreCodec.Read(new StoreName.OfBlock(cidr), stored)));
        }

        return owned;
    }

    private IEnumerable<OwnedAddress> OfContainers(Block block)
    {
        for (var ordinal = 0; ordinal < block.Allocations.Count; ordinal++)
        {
            if (block.Allocations[ordinal] is { } index && block.Attributes[index].HandleId is { } handle && IsOfContainer(handle))
                yield return new(block.Cidr.BaseAddress.Plus((UInt128)ordinal), handle);
        }
    }

    /// <remarks>A host's name may hold dots, and may be how another's begins.</remarks>
    private bool IsOfContainer(string handle) =>
        handle.StartsWith(DockerPrefix, StringComparison.Ordinal) && !handle[DockerPrefix.Length..].Contains('.', StringComparison.Ordinal);

    /// <summary>Any address that the request asks for; where there is none left, or no store to ask, one of the range that this host has in reserve.</summary>
    private async Task<IPAddress> AssignAsync(AssignRequest request, IPNetwork range, CancellationToken cancellation)
    {
        AssignOutcome? outcome = null;
        if (!await books.TryAsync(async () => outcome = await ipam.AssignAsync(request, cancellation)) || outcome is null)
            return books.Assign(range.Contains, "no address", request.HandleId);
        if (outcome is AssignOutcome.Refused { Fault: AssignFault.Exhausted or AssignFault.BlockLimit } && books.TryAssign(range.Contains, request.HandleId) is { } reserved)
            return reserved;

        return Noted(Taken(outcome), request.HandleId);
    }

    private IPAddress Noted(IPAddress address, string handle)
    {
        books.Given(address, handle);
        return address;
    }

    /// <summary>Addresses of a part of a pool: one after another is asked for by name, until one can be had.</summary>
    private async Task<IPAddress> AssignWithinAsync(IPNetwork range, AssignRequest request, CancellationToken cancellation)
    {
        var listing = await store.ListAsync(StoreKeys.Blocks, cancellation);
        var blocks = listing.Items
            .Select(stored => StoreKeys.Parse(stored.Key) is StoreName.OfBlock name && name.Cidr.Overlaps(range) ? (Block)StoreCodec.Read(name, stored) : null)
            .OfType<Block>();
        AssignOutcome.Refused? refused = null;
        var isReserved = await ipam.ReservationsAsync(cancellation);
        foreach (var address in FreeAddresses.Of(range, [.. blocks], node).Where(address => !isReserved(address)).Take(MostTries))
        {
            var outcome = await ipam.AssignAddressAsync(address, request, cancellation);
            if (outcome is AssignOutcome.Assigned)
                return address;

            refused = outcome as AssignOutcome.Refused;
            if (refused is not { Fault: AssignFault.InUse or AssignFault.StrictAffinity })
                break;
        }

        throw new PluginException($"no address of {range} can be had: {refused?.Message ?? "all are in use"}");
    }

    /// <summary>Whose the address is, by name; null if it is no endpoint's and in no host's reserve.</summary>
    private async Task<string?> HolderAsync(IPAddress address, CancellationToken cancellation)
    {
        var endpoints = await resources.ListAsync<WorkloadEndpointSpec>(Kinds.WorkloadEndpoint, cancellation);
        var holder = endpoints.Items.FirstOrDefault(endpoint => endpoint.Spec.IpNetworks?.Contains(address.HostPrefix) == true);
        if (holder is not null)
            return $"{address} is in use by {holder.Spec.Workload} on host {holder.Spec.Node}";

        return await ipam.OwnerOfAsync(address, cancellation) is { HandleId: { } handle, Node: { } host } && handle == IpamClient.ReserveHandle(host)
            ? $"{address} is one of those that host {host} keeps in reserve for the time when it cannot see the datastore: take another"
            : null;
    }

    private static IPAddress Taken(AssignOutcome outcome) => outcome switch
    {
        AssignOutcome.Assigned { Addresses: [var assigned, ..] } => assigned.Address,
        AssignOutcome.Refused refused => throw new PluginException(refused.Message),
        _ => throw new InvalidOperationException("one address was asked for and none came"),
    };

    private AssignRequest Request(string handle, bool isIPv4) =>
        new() { Host = node, HandleId = handle, IPv4 = isIPv4 ? 1 : 0, IPv6 = isIPv4 ? 0 : 1 };

    private string NewHandle() => DockerPrefix + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
}
