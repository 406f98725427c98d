using Calico.Benchmarks.Figures;
using Calico.Benchmarks.Labs;
using Calico.Benchmarks.Report;
using Calico.Lab;
using Calico.Lab.Tools;

namespace Calico.Benchmarks;

/// <summary>Measures the figures one after the other; one that cannot be measured holds up no other.</summary>
internal sealed class BenchRun(BenchOptions options)
{
    private readonly Progress _progress = Progress.OnError;

    /// <summary>Every figure, in the order they are told.</summary>
    public static IReadOnlyList<IFigure> Figures { get; } =
    [
        new RoutedByHand(), new PolicyRules(), new PolicyScale(), new SetElements(), new SelectorSpeed(), new PolicyTest(), new DockerRun(), new FirstPing(), new NodeKilled(),
        new DockerBridge(), new DockerNetworks(), new Churn(), new NameAnswers(), new NamesSeen(), new NodeMemory(), new Demo(), new BgpFeed(), new BgpReflect(), new BgpMemory(), new BgpKernel(),
        new IpamRate(), new IpamCluster(), new IpamCheckTime(), new WatchScale(), new Checked(),
    ];

    /// <summary>The exit status: 0 if everything asked for was measured, whatever came out.</summary>
    public async Task<int> RunAsync(CancellationToken cancel)
    {
        var computer = await Computer.DescribeAsync(cancel);
        var results = await MeasureAsync(cancel);
        var names = Figures.Select(figure => figure.Name).ToList();
        await Console.Out.WriteAsync($"\n{computer}\n{ResultTable.Of(results, [], names)}");
        if (options.Write is { } page)
        {
            var earlier = Document.Rows(page).Where(row => !results.Any(result => result.Figure == row[0]));
            Document.Replace(page, $"\n{computer}\n{ResultTable.Of(results, earlier, names)}");
        }

        return results.Any(result => result.Verdict == Verdict.NotMeasured) ? 1 : 0;
    }

    private async Task<IReadOnlyList<Result>> MeasureAsync(CancellationToken cancel)
    {
        foreach (var lab in await BenchLab.LeftBehindAsync(cancel))
            await lab.DownAsync();

        List<Result> results = [];
        await using var labs = new LabSet(_progress);
        foreach (var figure in Figures.Where(figure => options.Only.Count == 0 || options.Only.Contains(figure.Name)))
            results.AddRange(options.Without.Contains(figure.Name) ? [Result.Skipped(figure.Name, figure.What)] : await MeasureAsync(figure, labs, cancel));

        _progress.Say("removing the labs");
        return results;
    }

    private async Task<IReadOnlyList<Result>> MeasureAsync(IFigure figure, LabSet labs, CancellationToken cancel)
    {
        try
        {
            var results = await figure.MeasureAsync(new Run(labs, _progress, options.Rounds, options.EngineRoots, options.Minutes), cancel);
            foreach (var result in results)
                _progress.Say($"{result.What}: {result.Measured}");

            return results;
        }
        catch (Exception e) when (e is BenchException or LabException)
        {
            _progress.Say($"{figure.Name} is not measured: {e.Message}");
            return [Result.NotMeasured(figure.Name, figure.What, e.Message)];
        }
    }
}

/// <summary>What the user asked for.</summary>
internal sealed record BenchOptions
{
    /// <summary>The figures to measure; all if empty.</summary>
    public IReadOnlyList<string> Only { get; init; } = [];

    /// <summary>The figures to leave out, each with a line that says so.</summary>
    public IReadOnlyList<string> Without { get; init; } = [];

    public int? Rounds { get; init; }

    public int? Minutes { get; init; }

    /// <summary>Root file systems with other Docker engines, as <c>calico-lab up --engine-root</c> takes them.</summary>
    public IReadOnlyList<string> EngineRoots { get; init; } = [];

    /// <summary>The page to fill in with the results.</summary>
    public string? Write { get; init; }
}
