using System.Net;
using Calico.Datastore;
using Calico.Datastore.Resources;
using Calico.Ipam;
using Calico.Model.Addresses;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Calico.Model.Store;
using Calico.Model.Values;
using Microsoft.Extensions.Logging.Abstractions;

namespace Calico.Tests.Ipam;

/// <summary>IPAM over a store, and the questions that its tests ask.</summary>
internal sealed class IpamFixture(IStore store)
{
    public IStore Store => store;

    public ResourceStore Resources { get; } = new(store, "test", TimeProvider.System, NullLogger.Instance);

    public IpamClient Ipam { get; private set; } = NewClient(store);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>As another process would: it remembers nothing.</summary>
    public static IpamClient NewClient(IStore store) =>
        new(store, new(store, "test", TimeProvider.System, NullLogger.Instance), TimeProvider.System, NullLogger.Instance);

    public void Restart() => Ipam = NewClient(store);

    public Task<Resource<IPPoolSpec>> AddPoolAsync(string name, string cidr, int? blockSize = null, string? nodeSelector = null) =>
        AddPoolAsync(new() { Cidr = IPNetwork.Parse(cidr), BlockSize = blockSize, NodeSelector = nodeSelector }, name);

    public async Task<Resource<IPPoolSpec>> AddPoolAsync(IPPoolSpec pool, string name) =>
        (await Resources.CreateAsync(new Resource<IPPoolSpec>(Kinds.IPPool, new() { Name = name }, pool), Cancellation)).OrThrow();

    public async Task ReserveAsync(params string[] networks) =>
        (await Resources.CreateAsync(
            new Resource<IPReservationSpec>(
                Kinds.IPReservation,
                new() { Name = "reserved" },
                new() { ReservedCidrs = [.. networks.Select(text => IPNetwork.Parse(text.Contains('/', StringComparison.Ordinal) ? text : $"{text}/32"))] }),
            Cancellation)).OrThrow();

    public async Task AddNodeAsync(string name, string? address = null, Labels? labels = null) =>
        (await Resources.CreateAsync(
            new Resource<NodeSpec>(
                Kinds.Node,
                new() { Name = name, Labels = labels },
                new() { Interfaces = address is null ? null : [new NodeInterface("ens32", [InterfaceAddress.Parse(address)])] }),
            Cancellation)).OrThrow();

    public async Task<IReadOnlyList<AssignedAddress>> AssignAsync(AssignRequest request) =>
        Assert.IsType<AssignOutcome.Assigned>(await Ipam.AssignAsync(request, Cancellation)).Addresses;

    public async Task<IPAddress> AssignOneAsync(string host, string handle) =>
        Assert.Single(await AssignAsync(new() { Host = host, HandleId = handle })).Address;

    public async Task<AssignOutcome.Refused> RefusedAsync(AssignRequest request) =>
        Assert.IsType<AssignOutcome.Refused>(await Ipam.AssignAsync(request, Cancellation));

    /// <summary>Every address in use, with its handle; the books of blocks, handles and affinities are checked on the way.</summary>
    public async Task<Dictionary<IPAddress, string>> AuditAsync()
    {
        var used = new Dictionary<IPAddress, string>();
        var counts = new Dictionary<(string Handle, string Block), int>();
        var blocks = await ReadAsync<Block>(StoreKeys.Blocks);
        foreach (var block in blocks.Values)
        {
            Assert.Equal(
                Enumerable.Range(0, (int)block.Cidr.Size),
                block.Unallocated.Concat(Enumerable.Range(0, block.Allocations.Count).Where(ordinal => block.Allocations[ordinal] is not null)).Order());
            for (var ordinal = 0; ordinal < block.Allocations.Count; ordinal++)
            {
                if (block.Allocations[ordinal] is not { } index)
                    continue;

                var handle = block.Attributes[index].HandleId ?? "";
                used.Add(block.Cidr.BaseAddress.Plus((UInt128)ordinal), handle);
                counts[(handle, $"{block.Cidr}")] = counts.GetValueOrDefault((handle, $"{block.Cidr}")) + 1;
            }
        }

        var handles = (await ReadAsync<Handle>(StoreKeys.Handles))
            .SelectMany(handle => handle.Value.Block.Select(pair => KeyValuePair.Create((((StoreName.OfHandle)handle.Key).HandleId, pair.Key), pair.Value)));
        Assert.Equal(counts.OrderBy(pair => $"{pair.Key}"), handles.OrderBy(pair => $"{pair.Key}"));
        await AuditAffinitiesAsync(blocks);
        return used;
    }

    private async Task AuditAffinitiesAsync(Dictionary<StoreName, Block> blocks)
    {
        var cidrs = blocks.Values.Select(block => block.Cidr).OrderBy(cidr => cidr.BaseAddress.ToBits()).ToList();
        Assert.All(cidrs.Zip(cidrs.Skip(1)), pair => Assert.False(pair.First.Overlaps(pair.Second), $"{pair.First} overlaps {pair.Second}"));

        var claimed = (await ReadAsync<BlockAffinity>(StoreKeys.Hosts)).Keys.Cast<StoreName.OfAffinity>().Select(name => $"{name.Host} {name.Cidr}");
        var owned = blocks.Values.Where(block => block.Host is not null).Select(block => $"{block.Host} {block.Cidr}");
        Assert.Equal(owned.Order(StringComparer.Ordinal), claimed.Order(StringComparer.Ordinal));
    }

    private async Task<Dictionary<StoreName, T>> ReadAsync<T>(string prefix)
    {
        var listing = await store.ListAsync(prefix, Cancellation);
        return listing.Items
            .Select(stored => (Name: StoreKeys.Parse(stored.Key), stored))
            .Where(pair => pair.Name is not null)
            .ToDictionary(pair => pair.Name!, pair => (T)StoreCodec.Read(pair.Name!, pair.stored)); // the nulls are filtered out above
    }
}
