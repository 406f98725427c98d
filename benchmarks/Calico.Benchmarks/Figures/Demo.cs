using System.Diagnostics;
using Calico.Benchmarks.Report;
using Calico.Lab.Tools;

namespace Calico.Benchmarks.Figures;

/// <summary>How long the demo takes whose packages are installed, its build included.</summary>
internal sealed class Demo : IFigure
{
    private const double Limit = 90;

    public string Name => "demo";
    public string What => "./dev demo, seconds";

    public async Task<IReadOnlyList<Result>> MeasureAsync(Run run, CancellationToken cancel)
    {
        var script = Path.Combine(Repository.Root, "dev");
        run.Progress.Say("measuring ./dev demo");
        var began = Stopwatch.GetTimestamp();
        var result = await Tool.RunAsync([script, "demo"], input: null, cancel);
        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        return result.Succeeded
            ? [Result.Below(new Measure(Name, What, seconds, $"{seconds:0.0}", "once"), Limit)]
            : throw new BenchException($"./dev demo: exit status {result.ExitStatus}: {string.Join(" / ", result.Said.Split('\n').TakeLast(5))}");
    }
}
