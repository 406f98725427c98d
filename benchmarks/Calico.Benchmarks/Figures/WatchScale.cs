using System.Diagnostics;
using System.Globalization;
using System.Net;
using Calico.Benchmarks.Report;
using Calico.Benchmarks.Stores;
using Calico.Datastore;
using Calico.Datastore.Resources;
using Calico.Datastore.Syncing;
using Calico.Model.Addresses;
using Calico.Model.Hosts;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Calico.Model.Store;
using Calico.Model.Values;
using Microsoft.Extensions.Logging.Abstractions;

namespace Calico.Benchmarks.Figures;

/// <summary>A node's view of a store with 100,000 endpoints: until it is whole, and how soon it has a change, in a process that does nothing else.</summary>
internal sealed class WatchScale : IFigure
{
    /// <summary>The command of that process.</summary>
    public const string FollowCommand = "follow";

    private const int Endpoints = 100_000, PerHost = 100, Changes = 1000;
    private const string Written = "written";

    public string Name => "watch";
    public string What => "the syncer over 100,000 endpoints";

    public async Task<IReadOnlyList<Result>> MeasureAsync(Run run, CancellationToken cancel)
    {
        await using var file = BenchStore.MakeEmbedded();
        var embedded = await MeasureAsync(run, file, cancel);
        await using var cluster = await BenchStore.StartEtcdAsync(1);
        return [.. embedded, .. await MeasureAsync(run, cluster, cancel)];
    }

    /// <summary>The process: prints the seconds until all is there and its peak memory in MB, then the delays of changes in ms.</summary>
    public static async Task<int> FollowAsync(string place, CancellationToken cancel)
    {
        await using var store = BenchStore.Open(place);
        var began = Stopwatch.GetTimestamp();
        var told = 0;
        List<double> delays = [];
        await foreach (var happened in new Syncer(store, new(), TimeProvider.System, NullLogger.Instance).ReadAsync(cancel))
        {
            if (happened is SyncEvent.InSync)
                Console.WriteLine($"{Stopwatch.GetElapsedTime(began).TotalSeconds} {PeakMegabytes()} {told}");
            foreach (var change in (happened as SyncEvent.Changed)?.Changes ?? [])
            {
                told++;
                if ((change.Value as IResource)?.Metadata.Annotations?.GetValueOrDefault(Written) is { } ticks)
                    delays.Add(Stopwatch.GetElapsedTime(long.Parse(ticks, CultureInfo.InvariantCulture)).TotalMilliseconds);
            }

            if (delays.Count >= Changes)
                break;
        }

        Console.WriteLine($"{string.Join(' ', delays)} {PeakMegabytes()}");
        return 0;
    }

    /// <summary>An endpoint as the Docker driver makes them.</summary>
    public static Resource<WorkloadEndpointSpec> Endpoint(int host, int number, IPNetwork address)
    {
        var id = $"{host:x8}{number:x8}0123456789abcdef0123456789abcdef0123456789abcdef";
        var spec = new WorkloadEndpointSpec
        {
            Orchestrator = "libnetwork",
            Node = $"host{host}",
            Workload = $"container-{number}",
            Endpoint = id,
            InterfaceName = InterfaceNames.HostSide(id),
            IpNetworks = [address],
            Mac = System.Net.NetworkInformation.PhysicalAddress.Parse("ee-ee-ee-ee-ee-ee"),
            Profiles = ["calnet1"],
        };
        var labels = Labels.Empty.With("projectcalico.org/network", "calnet1").With("projectcalico.org/container", spec.Workload).With("app", $"app-{number % 50}");
        return (Resource<WorkloadEndpointSpec>)ResourceStore.Complete(
            new Resource<WorkloadEndpointSpec>(Kinds.WorkloadEndpoint, new() { Name = WorkloadEndpointName.Of(spec), Namespace = "default", Labels = labels, Uid = Guid.Empty.ToString() }, spec));
    }

    private async Task<IReadOnlyList<Result>> MeasureAsync(Run run, BenchStore place, CancellationToken cancel)
    {
        run.Progress.Say($"filling the store with {Endpoints} endpoints: {place.Kind}");
        await using var store = place.Open();
        foreach (var some in Enumerable.Range(0, Endpoints).Chunk(100))
            await store.CommitAsync([.. some.Select(i => Write(i, written: null))], cancel);

        run.Progress.Say($"following {Endpoints} endpoints: {place.Kind}");
        var start = new ProcessStartInfo(Environment.ProcessPath ?? "", [FollowCommand, place.Place.Value]) { RedirectStandardOutput = true };
        start.Environment["DOTNET_gcConcurrent"] = "0"; // as calico-node is set
        using var process = Process.Start(start)
            ?? throw new BenchException("this program does not start again");
        try
        {
            var first = await NumbersAsync(process, cancel);
            if ((int)first[2] != Endpoints)
                throw new BenchException($"{first[2]} endpoints were told, not {Endpoints}");
            for (var i = 0; i < Changes; i++)
            {
                await store.CommitAsync([Write(i * 97, Stopwatch.GetTimestamp())], cancel);
                await Task.Delay(2, cancel);
            }

            var delays = await NumbersAsync(process, cancel);
            var (sorted, peak) = (delays[..^1].Order().ToList(), delays[^1]);
            return
            [
                Result.Below(new(Name, $"{place.Kind}: until all are there, s", first[0], $"{first[0]:0.00}", ""), 5),
                Result.Below(new(Name, $"{place.Kind}: peak memory of the process, MB", peak, $"{peak:0}", ""), 400),
                Result.Below(new(Name, $"{place.Kind}: from the write to the reader, 99 %, ms", sorted[(int)(sorted.Count * 0.99)], $"{sorted[(int)(sorted.Count * 0.99)]:0.0}", $"median {Medians.Of(sorted):0.0}, worst {sorted[^1]:0.0}, {sorted.Count} changes, the commit included"), 50),
            ];
        }
        finally
        {
            process.Kill();
        }
    }

    private static StoreWrite Write(int number, long? written)
    {
        var endpoint = Endpoint(number / PerHost, number % PerHost, AddressArithmetic.FromBits((UInt128)(0x0a000000 + number), System.Net.Sockets.AddressFamily.InterNetwork).HostPrefix);
        if (written is { } ticks)
            endpoint = endpoint with { Metadata = endpoint.Metadata with { Annotations = Labels.Empty.With(Written, $"{ticks}") } };
        return StoreWrite.Put(StoreKeys.Of(ResourceId.Of(endpoint)), StoreCodec.Write(endpoint));
    }

    private static async Task<List<double>> NumbersAsync(Process process, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(TimeSpan.FromMinutes(2));
        var line = await process.StandardOutput.ReadLineAsync(limit.Token) ?? throw new BenchException("the follower ended");
        return [.. line.Split(' ').Select(number => double.Parse(number, CultureInfo.InvariantCulture))];
    }

    private static double PeakMegabytes() =>
        double.Parse(File.ReadLines("/proc/self/status").First(line => line.StartsWith("VmHWM:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
}
