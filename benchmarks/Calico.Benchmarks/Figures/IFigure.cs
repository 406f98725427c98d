using Calico.Benchmarks.Labs;
using Calico.Benchmarks.Report;
using Calico.Lab.Tools;

namespace Calico.Benchmarks.Figures;

/// <summary>One of the figures that the project is held to, with the lines it adds to the table.</summary>
internal interface IFigure
{
    /// <summary>The word that <c>--only</c> and <c>--without</c> know it by.</summary>
    string Name { get; }

    /// <summary>What it is, in a line of the table that says it was not measured.</summary>
    string What { get; }

    /// <exception cref="BenchException">It cannot be measured.</exception>
    Task<IReadOnlyList<Result>> MeasureAsync(Run run, CancellationToken cancel);
}

/// <summary>What the figures of one run share.</summary>
/// <param name="Rounds">How often each is measured; null for the figure's own choice.</param>
/// <param name="Minutes">How long what runs for a time runs; null for the figure's own choice.</param>
internal sealed record Run(LabSet Labs, Progress Progress, int? Rounds, IReadOnlyList<string> EngineRoots, int? Minutes = null);
