using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using Calico.Benchmarks.Report;
using Calico.Benchmarks.Stores;
using Calico.Ipam;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;

namespace Calico.Benchmarks.Figures;

/// <summary>Fifty hosts that take and give back addresses at once, on an etcd of three members.</summary>
internal sealed class IpamCluster : IFigure
{
    private const int Hosts = 50, Allocations = 20_000, Held = 30;

    public string Name => "ipam-cluster";
    public string What => "50 hosts, 20,000 allocations and releases at once on an etcd of three members";

    public async Task<IReadOnlyList<Result>> MeasureAsync(Run run, CancellationToken cancel)
    {
        run.Progress.Say("50 hosts take and give back 20,000 addresses");
        await using var cluster = await BenchStore.StartEtcdAsync(3);
        await using var store = cluster.Open();
        await BenchStore.AddPoolAsync(store, "10.0.0.0/16", 26, cancel);
        var owners = new ConcurrentDictionary<IPAddress, string>();
        var duplicates = new ConcurrentBag<string>();
        var began = Stopwatch.GetTimestamp();
        var counts = await Task.WhenAll(Enumerable.Range(0, Hosts).Select(host => Task.Run(() => LiveAsync(cluster, $"host{host}", owners, duplicates, cancel), cancel)));
        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;

        var inventory = await IpamInventory.ReadAsync(store, BenchStore.Resources(store), cancel);
        var books = inventory.Allocations.ToDictionary(owner => owner.Address, owner => owner.HandleId);
        var lost = owners.Count(owner => books.GetValueOrDefault(owner.Key) != owner.Value) + books.Keys.Count(address => !owners.ContainsKey(address));
        var faults = new IpamCheck(inventory, [], [.. Enumerable.Range(0, Hosts).Select(NodeOf)], TimeProvider.System.GetUtcNow()).Run();
        var (allocating, conflicts) = (counts.Sum(count => count.Commits), counts.Sum(count => count.Conflicts));
        var detail = $"{seconds:0} s, {2 * Allocations / seconds:0} allocations and releases a second";
        return
        [
            Result.AtMost(new(Name, "addresses given to two hosts at once", duplicates.Count, $"{duplicates.Count}", detail), 0),
            Result.AtMost(new(Name, "addresses that the books have lost, or have and nobody holds", lost, $"{lost}", $"{owners.Count} held in the end"), 0),
            Result.AtMost(new(Name, "contradictions between blocks, handles and claims", faults.Count - faults.Leaks.Count, $"{faults.Count - faults.Leaks.Count}", ""), 0),
            Result.Below(
                new(Name, "commits of an allocation, retries included", allocating / (double)Allocations, $"{allocating / (double)Allocations:0.000}", $"{allocating} commits, {conflicts} of them met another's"), 1.2),
        ];
    }

    /// <returns>Commits of its allocations, and how many of them met another's.</returns>
    private static async Task<(long Commits, long Conflicts)> LiveAsync(
        BenchStore cluster, string host, ConcurrentDictionary<IPAddress, string> owners, ConcurrentBag<string> duplicates, CancellationToken cancel)
    {
        var random = new Random(host.GetHashCode(StringComparison.Ordinal));
        await using var store = new CountingStore(cluster.Open());
        var ipam = BenchStore.Ipam(store);
        var held = new List<(IPAddress Address, string Handle)>();
        var (commits, conflicts) = (0L, 0L);
        for (var i = 0; i < Allocations / Hosts; i++)
        {
            var handle = $"{host}.{i}";
            var (before, lost) = (store.Commits, store.Conflicts);
            if (await ipam.AssignAsync(new() { Host = host, HandleId = handle }, cancel) is not AssignOutcome.Assigned { Addresses: [var assigned] })
                throw new BenchException("an address was refused");

            (commits, conflicts) = (commits + store.Commits - before, conflicts + store.Conflicts - lost);
            if (!owners.TryAdd(assigned.Address, handle))
                duplicates.Add($"{assigned.Address}");
            held.Add((assigned.Address, handle));
            while (held.Count > Held || (held.Count > 0 && random.Next(2) == 0))
            {
                var gone = held[random.Next(held.Count)];
                held.Remove(gone);
                owners.TryRemove(gone.Address, out _);
                await ipam.ReleaseByHandleAsync(gone.Handle, cancel);
            }
        }

        return (commits, conflicts);
    }

    private static Resource<NodeSpec> NodeOf(int host) => new(Kinds.Node, new() { Name = $"host{host}" }, new());
}
