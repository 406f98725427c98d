using Calico.Benchmarks.Bgp;
using Calico.Benchmarks.Report;

namespace Calico.Benchmarks.Figures;

/// <summary>Half a million prefixes from one peer, told to another: our router and BIRD, FRR and GoBGP under the same load.</summary>
internal sealed class BgpFeed : IFigure
{
    private const int Prefixes = 500_000;
    private const int SlowPrefixes = 50_000; // GoBGP needs minutes for all

    public string Name => "bgp-feed";
    public string What => "500,000 prefixes from one BGP peer to another";

    public async Task<IReadOnlyList<Result>> MeasureAsync(Run run, CancellationToken cancel)
    {
        var plan = new LoadPlan { Feeders = 1, Receivers = 1, Prefixes = Prefixes, Singles = 300, Withdrawn = 100_000 };
        await using var bench = await RouterBench.MakeAsync(plan.Peers, cancel);
        var results = await Interleaved.MeasureAsync(
            run.Rounds ?? 3, [.. new[] { Router.Ours, Router.Bird }.Select(router => (Func<CancellationToken, Task<LoadResult>>)(token => bench.MeasureAsync(router, plan, token)))], cancel);
        var (ours, bird) = (results[0], results[1]);
        List<Result> lines =
        [
            Result.AtMost(Ratio("time, ours against BIRD", ours, bird, result => result.AllSeconds), 1),
            Result.AtMost(Ratio("CPU, ours against BIRD", ours, bird, result => result.CpuSeconds), 1.5),
            Result.AtMost(Number("memory for a route, bytes", ours, bird, result => (result.PeakMegabytes - result.MegabytesBefore) * 1048576 / Prefixes), 250),
            Result.AtMost(Number("one prefix through an idle router, median, ms", ours, bird, result => Medians.Of(result.SingleMilliseconds)), 0.3),
            Result.AtMost(Number("one prefix through an idle router, 99th percentile, ms", ours, bird, result => Medians.Percentile(result.SingleMilliseconds, 99)), 2),
            Result.AtMost(Number("withdraw of 100,000, s", ours, bird, result => result.WithdrawSeconds), 0.1),
        ];
        foreach (var router in new[] { Router.Frr, Router.GoBgp })
            lines.Add(await TellAsync(bench, router, plan with { Prefixes = SlowPrefixes, Singles = 20, Withdrawn = 0 }, cancel));
        return lines;
    }

    private async Task<Result> TellAsync(RouterBench bench, Router router, LoadPlan plan, CancellationToken cancel)
    {
        try
        {
            var result = await bench.MeasureAsync(router, plan, cancel);
            var perRoute = result.CpuSeconds * 1e6 / plan.Prefixes;
            var detail = $"{plan.Prefixes} prefixes: {result.AllSeconds:0.00} s, {result.CpuSeconds:0.00} s CPU, {result.PeakMegabytes:0} MB; one prefix {Medians.Of(result.SingleMilliseconds):0.00} ms";
            return Result.Told(new Measure(Name, $"CPU for a route, {router.Name}, µs", perRoute, $"{perRoute:0.0}", detail));
        }
        catch (BenchException e)
        {
            return Result.NotMeasured(Name, router.Name, e.Message);
        }
    }

    private Measure Ratio(string what, IReadOnlyList<LoadResult> ours, IReadOnlyList<LoadResult> theirs, Func<LoadResult, double> value)
    {
        var (over, under) = (ours.Select(value).ToList(), theirs.Select(value).ToList());
        return Measure.Ratio(Name, what, Medians.Ratios(over, under), $"medians {Medians.Of(over):0.00} / {Medians.Of(under):0.00} s, {over.Count} rounds");
    }

    private Measure Number(string what, IReadOnlyList<LoadResult> ours, IReadOnlyList<LoadResult> bird, Func<LoadResult, double> value)
    {
        var values = ours.Select(value).ToList();
        return new Measure(
            Name, what, Medians.Of(values), $"{Medians.Of(values):0.00}", $"{string.Join(", ", values.Select(each => $"{each:0.00}"))}; BIRD {Medians.Of([.. bird.Select(value)]):0.00}");
    }
}
