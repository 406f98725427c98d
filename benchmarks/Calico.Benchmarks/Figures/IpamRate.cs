using System.Diagnostics;
using Calico.Benchmarks.Report;
using Calico.Benchmarks.Stores;
using Calico.Datastore;
using Calico.Ipam;

namespace Calico.Benchmarks.Figures;

/// <summary>How fast one host gives out addresses of a block that it holds, on both stores; on etcd against its own compare-and-swap.</summary>
internal sealed class IpamRate : IFigure
{
    private const int OneRound = 48, Callers = 48; // of the 64 addresses of a block

    public string Name => "ipam";
    public string What => "addresses given out by one host, block held";

    public async Task<IReadOnlyList<Result>> MeasureAsync(Run run, CancellationToken cancel)
    {
        run.Progress.Say("giving out addresses on the embedded store");
        await using var file = BenchStore.MakeEmbedded();
        var embedded = await MeasureAsync(file, run.Rounds ?? 30, cancel);
        run.Progress.Say("giving out addresses on etcd, three members");
        await using var cluster = await BenchStore.StartEtcdAsync(3);
        var etcd = await MeasureAsync(cluster, run.Rounds ?? 10, cancel);
        return
        [
            Result.AtLeast(Rate("embedded store, addresses/s, 48 asked for at once", embedded.AtOnce), 5000),
            Result.Told(Rate("embedded store, addresses/s, one after the other", embedded.InTurn)),
            Result.Told(Rate("embedded store, compare-and-swap of a value of a block's size, one after the other", embedded.Swaps)),
            Result.AtLeast(Ratio(etcd), 0.8),
            Result.Told(Rate("etcd, addresses/s, 48 asked for at once", etcd.AtOnce)),
        ];
    }

    private static async Task<(List<double> AtOnce, List<double> InTurn, List<double> Swaps)> MeasureAsync(BenchStore place, int rounds, CancellationToken cancel)
    {
        await using var store = place.Open();
        await BenchStore.AddPoolAsync(store, "10.0.0.0/16", 26, cancel);
        var ipam = BenchStore.Ipam(store);
        await AssignAsync(ipam, "first", cancel);
        List<double> atOnce = [], inTurn = [], swaps = [];
        for (var round = -1; round < rounds; round++) // the first warms up
        {
            var one = await TimeAsync(i => AssignAsync(ipam, $"o{round}.{i}", cancel), Callers);
            await ReleaseAsync(ipam, $"o{round}", cancel);
            var two = await TimeAsync(i => AssignAsync(ipam, $"t{round}.{i}", cancel), 1);
            var block = await BlockAsync(store, cancel);
            await ReleaseAsync(ipam, $"t{round}", cancel);
            var three = await SwapAsync(store, block, cancel);
            if (round < 0)
                continue;

            atOnce.Add(one);
            inTurn.Add(two);
            swaps.Add(three);
        }

        return (atOnce, inTurn, swaps);
    }

    /// <returns>How many a second.</returns>
    private static async Task<double> TimeAsync(Func<int, Task> one, int callers)
    {
        var began = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(async () =>
        {
            for (var i = caller; i < OneRound; i += callers)
                await one(i);
        })));
        return OneRound / Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    private static async Task<double> SwapAsync(IStore store, byte[] value, CancellationToken cancel)
    {
        var revision = (await store.GetAsync("/calico/bench", cancel))?.Revision ?? 0;
        return await TimeAsync(
            async _ => revision = await store.CommitAsync([StoreWrite.Put("/calico/bench", value, revision)], cancel) is CommitResult.Committed done
                ? done.Revision
                : throw new BenchException("somebody else writes the key"),
            1);
    }

    private static async Task AssignAsync(IpamClient ipam, string handle, CancellationToken cancel)
    {
        if (await ipam.AssignAsync(new() { Host = "one", HandleId = handle }, cancel) is AssignOutcome.Refused refused)
            throw new BenchException(refused.Message);
    }

    private static async Task ReleaseAsync(IpamClient ipam, string prefix, CancellationToken cancel) =>
        await Task.WhenAll(Enumerable.Range(0, OneRound).Select(i => Task.Run(() => ipam.ReleaseByHandleAsync($"{prefix}.{i}", cancel), cancel)));

    private static async Task<byte[]> BlockAsync(IStore store, CancellationToken cancel) =>
        (await store.ListAsync(Model.Store.StoreKeys.Blocks, cancel)).Items[0].Value.ToArray();

    private Measure Ratio((List<double> AtOnce, List<double> InTurn, List<double> Swaps) etcd) => Measure.Ratio(
        Name,
        "etcd, addresses/s over compare-and-swaps/s of a value of a block's size, both one after the other",
        Medians.Ratios(etcd.InTurn, etcd.Swaps),
        $"medians {Medians.Of(etcd.InTurn):0} / {Medians.Of(etcd.Swaps):0} a second, {etcd.Swaps.Count} rounds");

    private Measure Rate(string what, List<double> rates) =>
        new(Name, what, Medians.Of(rates), $"{Medians.Of(rates):0}", $"median of {rates.Count} rounds of {OneRound}, worst {rates.Min():0}");
}
