using Calico.Benchmarks.Bgp;
using Calico.Benchmarks.Report;

namespace Calico.Benchmarks.Figures;

/// <summary>A million prefixes from each of four peers.</summary>
internal sealed class BgpMemory : IFigure
{
    public string Name => "bgp-memory";
    public string What => "1,000,000 prefixes from each of 4 BGP peers, MB";

    public async Task<IReadOnlyList<Result>> MeasureAsync(Run run, CancellationToken cancel)
    {
        var plan = new LoadPlan { Feeders = 4, Overlap = true, Receivers = 1, Prefixes = 1_000_000 };
        await using var bench = await RouterBench.MakeAsync(plan.Peers, cancel);
        var result = await bench.MeasureAsync(Router.Ours, plan, cancel);
        return [Result.Below(new Measure(Name, What, result.PeakMegabytes, $"{result.PeakMegabytes:0}", $"{result.AllSeconds:0.0} s, CPU {result.CpuSeconds:0.0} s"), 2048)];
    }
}
