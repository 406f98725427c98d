namespace Calico.Benchmarks.Report;

/// <summary>Medians: what others do on this computer meanwhile makes some values worse, and must not make the figure so.</summary>
internal static class Medians
{
    public static double Of(IReadOnlyList<double> values)
    {
        if (values.Count == 0)
            throw new BenchException("nothing was measured");

        var sorted = values.Order().ToList();
        return (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2;
    }

    /// <summary>The value that so many of a hundred do not exceed.</summary>
    public static double Percentile(IReadOnlyList<double> values, int percent) =>
        values.Order().ElementAt(Math.Max(0, (int)Math.Ceiling(values.Count * percent / 100.0) - 1));

    /// <summary>The interval that holds the true median with 95 % confidence, whatever the distribution: the values whose ranks are 1.96 deviations of B(n, ½) off the middle.</summary>
    public static (double Low, double High) Interval(IReadOnlyList<double> values)
    {
        var sorted = values.Order().ToList();
        var off = (int)Math.Floor((sorted.Count - (1.96 * Math.Sqrt(sorted.Count))) / 2);
        var rank = Math.Clamp(off, 0, (sorted.Count - 1) / 2);
        return (sorted[rank], sorted[^(rank + 1)]);
    }

    /// <summary>The ratio in each round.</summary>
    public static IReadOnlyList<double> Ratios(IReadOnlyList<double> over, IReadOnlyList<double> under) => [.. over.Zip(under, (a, b) => a / b)];
}
