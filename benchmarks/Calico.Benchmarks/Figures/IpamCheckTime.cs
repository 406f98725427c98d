using System.Diagnostics;
using Calico.Benchmarks.Report;
using Calico.Benchmarks.Stores;
using Calico.Datastore;
using Calico.Datastore.Resources;
using Calico.Ipam;
using Calico.Lab.Tools;
using Calico.Model.Addresses;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Calico.Model.Store;

namespace Calico.Benchmarks.Figures;

/// <summary><c>calicoctl ipam check</c> over 20,000 addresses and as many endpoints, start to exit.</summary>
internal sealed class IpamCheckTime : IFigure
{
    private const int Addresses = 20_000, Hosts = 20;

    public string Name => "ipam-check";
    public string What => "calicoctl ipam check over 20,000 addresses, start to exit";

    public async Task<IReadOnlyList<Result>> MeasureAsync(Run run, CancellationToken cancel)
    {
        run.Progress.Say($"checking {Addresses} addresses");
        await using var place = BenchStore.MakeEmbedded();
        await using (var store = place.Open())
            await FillAsync(store, cancel);

        List<double> seconds = [];
        var (variable, value) = place.Place;
        for (var round = 0; round <= (run.Rounds ?? 5); round++)
        {
            var began = Stopwatch.GetTimestamp();
            var said = await Tool.RunAsync(["env", "DATASTORE_TYPE=embedded", $"{variable}={value}", "calicoctl", "ipam", "check"], input: null, cancel);
            if (!said.Succeeded)
                throw new BenchException($"calicoctl ipam check: {said.Said}");
            if (round > 0)
                seconds.Add(Stopwatch.GetElapsedTime(began).TotalSeconds);
        }

        return [Result.Below(new(Name, $"calicoctl ipam check over {Addresses} addresses, start to exit, s", Medians.Of(seconds), $"{Medians.Of(seconds):0.00}", $"median of {seconds.Count}, worst {seconds.Max():0.00}"), 5)];
    }

    private static async Task FillAsync(IStore store, CancellationToken cancel)
    {
        await BenchStore.AddPoolAsync(store, "10.0.0.0/16", 24, cancel);
        var (resources, ipam) = (BenchStore.Resources(store), BenchStore.Ipam(store));
        for (var host = 0; host < Hosts; host++)
            await resources.CreateAsync(new Resource<NodeSpec>(Kinds.Node, new() { Name = $"host{host}" }, new()), cancel);
        for (var host = 0; host < Hosts; host++)
        {
            var assigned = await Task.WhenAll(Enumerable.Range(0, Addresses / Hosts).Select(i => ipam.AssignAsync(new() { Host = $"host{host}", HandleId = $"docker.host{host}.{i:x16}" }, cancel)));
            var writes = assigned.Select((outcome, i) => outcome is AssignOutcome.Assigned { Addresses: [var one] }
                ? StoreWrite.Put(StoreKeys.Of(ResourceId.Of(WatchScale.Endpoint(host, i, one.Address.HostPrefix))), StoreCodec.Write(WatchScale.Endpoint(host, i, one.Address.HostPrefix)))
                : throw new BenchException("an address was refused"));
            foreach (var some in writes.Chunk(500))
                await store.CommitAsync(some, cancel);
        }
    }
}
