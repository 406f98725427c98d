using Calico.Benchmarks.Bgp;
using Calico.Benchmarks.Report;

namespace Calico.Benchmarks.Figures;

/// <summary>A route reflector whose clients all start at once; many sessions at once; and many sessions at rest.</summary>
internal sealed class BgpReflect : IFigure
{
    private const int Clients = 200;
    private const int Sessions = 1000;
    private const int Fan = 100;

    public string Name => "bgp-reflect";
    public string What => "200 clients of a BGP route reflector, 5 prefixes each, told to all";

    public async Task<IReadOnlyList<Result>> MeasureAsync(Run run, CancellationToken cancel)
    {
        var plan = new LoadPlan { Feeders = Clients, AllReceive = true, Internal = true, Prefixes = 5 * Clients, PerSet = 5 };
        await using var bench = await RouterBench.MakeAsync(Sessions, cancel);
        var results = await Interleaved.MeasureAsync(
            run.Rounds ?? 3, [.. new[] { Router.Ours, Router.Bird }.Select(router => (Func<CancellationToken, Task<LoadResult>>)(token => bench.MeasureAsync(router, plan, token)))], cancel);
        var (ours, bird) = (results[0].Select(result => result.AllSeconds).ToList(), results[1].Select(result => result.AllSeconds).ToList());
        var cpu = $"CPU {Medians.Of([.. results[0].Select(result => result.CpuSeconds)]):0.00} / {Medians.Of([.. results[1].Select(result => result.CpuSeconds)]):0.00} s";

        var many = await bench.MeasureAsync(Router.Ours, plan with { Feeders = Sessions, Prefixes = Sessions, PerSet = 1, AllReceive = false }, cancel);
        var fan = new LoadPlan { Feeders = 1, Receivers = Fan, Prefixes = 1000, Singles = 100 };
        var toMany = await bench.MeasureAsync(Router.Ours, fan, cancel);
        var birdToMany = await bench.MeasureAsync(Router.Bird, fan, cancel);
        var idle = await bench.MeasureAsync(Router.Ours, plan with { IdleSeconds = 20 }, cancel);
        return
        [
            Result.AtMost(Measure.Ratio(Name, "cold start of a reflector with 200 clients, ours against BIRD", Medians.Ratios(ours, bird), $"medians {Medians.Of(ours):0.00} / {Medians.Of(bird):0.00} s, {cpu}"), 1),
            Result.AtMost(new Measure(Name, "1,000 sessions up, s", many.SetupSeconds, $"{many.SetupSeconds:0.00}", "all begun at once"), 5),
            Result.Below(ToMany(toMany.SingleMilliseconds, birdToMany.SingleMilliseconds), 5),
            Result.Below(new Measure(Name, "idle with 200 sessions, % of a core", idle.IdleShare * 100, $"{idle.IdleShare * 100:0.0}", "over 20 s"), 1),
        ];
    }

    private Measure ToMany(double[] ours, double[] bird) => new(
        Name, "one prefix to the last of 100 peers, median, ms", Medians.Of(ours), $"{Medians.Of(ours):0.00}", $"99th percentile {Medians.Percentile(ours, 99):0.00}; BIRD {Medians.Of(bird):0.00}, {Medians.Percentile(bird, 99):0.00}");
}
