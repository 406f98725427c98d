using System.Text;
using System.Text.Json;
using Calico.Checker.Histories;
using Calico.Datastore;
using Calico.Datastore.Resources;
using Calico.Ipam;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Microsoft.Extensions.Logging.Abstractions;

namespace Calico.Checker.Workers;

/// <summary>Before all: the pool and the hosts. After all: the end for the watchers, and what the store holds.</summary>
internal sealed class Finale(WorkerOptions options)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    public static string PathIn(string folder) => Path.Combine(folder, "final.json");

    /// <returns>The revision that watchers begin after.</returns>
    public async Task<long> PrepareAsync(int clients)
    {
        await using var store = options.Open();
        return await UntilDoneAsync(async () =>
        {
            var resources = new ResourceStore(store, "checker", TimeProvider.System, NullLogger.Instance);
            await resources.ApplyAsync(
                new Resource<IPPoolSpec>(Kinds.IPPool, new() { Name = "checked" }, new() { Cidr = System.Net.IPNetwork.Parse("10.200.0.0/23"), BlockSize = 28 }), CancellationToken.None);
            for (var i = 0; i < clients; i++)
                await resources.ApplyAsync(new Resource<NodeSpec>(Kinds.Node, new() { Name = $"c{i}" }, new()), CancellationToken.None);
            return (await store.ListAsync(WorkerOptions.Root, CancellationToken.None)).Revision;
        });
    }

    public async Task WriteAsync()
    {
        await using var store = options.Open();
        await UntilDoneAsync(async () => await store.CommitAsync([StoreWrite.Put(WorkerOptions.End, "end"u8.ToArray())], CancellationToken.None));
        var final = await UntilDoneAsync(() => ReadAsync(store));
        await File.WriteAllBytesAsync(PathIn(options.Folder), JsonSerializer.SerializeToUtf8Bytes(final, LineJson.Default.FinalState));
    }

    private static async Task<FinalState> ReadAsync(IStore store)
    {
        var keys = await store.ListAsync(WorkerOptions.Root, CancellationToken.None);
        var resources = new ResourceStore(store, "checker", TimeProvider.System, NullLogger.Instance);
        var inventory = await IpamInventory.ReadAsync(store, resources, CancellationToken.None);
        var nodes = await resources.ListAsync<NodeSpec>(Kinds.Node, CancellationToken.None);
        var found = new IpamCheck(inventory, [], nodes.Items, TimeProvider.System.GetUtcNow()).Run();
        return new(
            [.. keys.Items.Select(stored => new KeyVersion(stored.Key, Encoding.UTF8.GetString(stored.Value.Span), stored.Revision))],
            inventory.Allocations.ToDictionary(owner => $"{owner.Address}", owner => owner.HandleId ?? ""),
            [.. found.StaleHandles, .. found.MissingHandles, .. found.BadBlocks, .. inventory.Unreadable]);
    }

    private static async Task<T> UntilDoneAsync<T>(Func<Task<T>> work)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return await work();
            }
            catch (DatastoreException) when (attempt < 150)
            {
                await Task.Delay(Pause);
            }
        }
    }
}
