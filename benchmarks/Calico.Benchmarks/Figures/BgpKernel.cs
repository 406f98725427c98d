using Calico.Benchmarks.Bgp;
using Calico.Benchmarks.Report;

namespace Calico.Benchmarks.Figures;

/// <summary>100,000 learned routes into the kernel: what that costs above BGP itself, against a C program that does nothing else, and what it does to BGP meanwhile.</summary>
internal sealed class BgpKernel : IFigure
{
    private const int Prefixes = 100_000;

    public string Name => "bgp-kernel";
    public string What => "100,000 learned routes into the kernel";

    public async Task<IReadOnlyList<Result>> MeasureAsync(Run run, CancellationToken cancel)
    {
        var plan = new LoadPlan { Feeders = 1, Receivers = 1, Prefixes = Prefixes, NextHop = RouterBench.Gateway };
        await using var bench = await RouterBench.MakeAsync(plan.Peers, cancel);
        var alone = new List<double>();
        var routers = new[] { Router.Ours, Router.Bird };
        var results = await Interleaved.MeasureAsync(
            run.Rounds ?? 3, [.. routers.Select(router => (Func<CancellationToken, Task<Round>>)(token => MeasureAsync(bench, router, plan, token)))], cancel);
        for (var i = 0; i < results[0].Count; i++)
            alone.Add(await bench.KernelAloneAsync(Prefixes, cancel));
        var least = Medians.Of(alone);
        return
        [
            Result.AtMost(Cost("CPU for routes into the kernel, ours against a C program", results[0], least), 1.3),
            Result.Told(Cost("CPU for routes into the kernel, BIRD 2 against a C program", results[1], least)),
            Result.AtMost(Slowing("time of BGP while routes go into the kernel, ours against without", results[0]), 1.2),
            Result.Told(Slowing("time of BGP while routes go into the kernel, BIRD 2 against without", results[1])),
        ];
    }

    private static async Task<Round> MeasureAsync(RouterBench bench, Router router, LoadPlan plan, CancellationToken cancel) =>
        new(await bench.MeasureAsync(router, plan with { IntoKernel = true }, cancel), await bench.MeasureAsync(router, plan, cancel));

    private Measure Cost(string what, IReadOnlyList<Round> rounds, double least)
    {
        var costs = rounds.Select(round => round.With.CpuSeconds - round.Without.CpuSeconds).ToList();
        return Measure.Ratio(Name, what, [.. costs.Select(cost => cost / least)], $"medians {Medians.Of(costs):0.00} s more than without / {least:0.00} s, {rounds.Count} rounds");
    }

    private Measure Slowing(string what, IReadOnlyList<Round> rounds)
    {
        var (with, without) = (rounds.Select(round => round.With.AllSeconds).ToList(), rounds.Select(round => round.Without.AllSeconds).ToList());
        return Measure.Ratio(Name, what, Medians.Ratios(with, without), $"medians {Medians.Of(with):0.00} / {Medians.Of(without):0.00} s to the last prefix at the receiver");
    }

    private sealed record Round(LoadResult With, LoadResult Without);
}
