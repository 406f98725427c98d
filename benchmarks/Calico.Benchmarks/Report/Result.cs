namespace Calico.Benchmarks.Report;

/// <summary>One line of the table.</summary>
/// <param name="Figure">The figure's name, as <c>--only</c> takes it.</param>
/// <param name="What">What is compared.</param>
/// <param name="Measured">The number that the floor is about.</param>
/// <param name="Floor">What it must be; empty where it is only told.</param>
/// <param name="Detail">The values behind it.</param>
internal sealed record Result(string Figure, string What, string Measured, string Floor, Verdict Verdict, string Detail)
{
    /// <summary>A figure that must not be below its floor.</summary>
    public static Result AtLeast(Measure measure, double floor) => Judge(measure, $"≥ {floor}", measure.Value >= floor);

    /// <summary>A figure that must not be above its limit.</summary>
    public static Result AtMost(Measure measure, double limit) => Judge(measure, $"≤ {limit}", measure.Value <= limit);

    /// <summary>A figure that must be below its limit.</summary>
    public static Result Below(Measure measure, double limit) => Judge(measure, $"< {limit}", measure.Value < limit);

    /// <summary>A figure that must be above its floor.</summary>
    public static Result Above(Measure measure, double limit) => Judge(measure, $"> {limit}", measure.Value > limit);

    /// <summary>A figure that has no floor.</summary>
    public static Result Told(Measure measure) => new(measure.Figure, measure.What, measure.Text, "", Verdict.None, measure.Detail);

    public static Result NotMeasured(string figure, string what, string why) => new(figure, what, "", "", Verdict.NotMeasured, why);

    public static Result Skipped(string figure, string what) => new(figure, what, "", "", Verdict.Skipped, "left out by request");

    private static Result Judge(Measure measure, string floor, bool met) =>
        new(measure.Figure, measure.What, measure.Text, floor, met ? Verdict.Met : Verdict.Missed, measure.Detail);
}

internal enum Verdict
{
    None,
    Met,
    Missed,
    NotMeasured,
    Skipped,
}

/// <summary>A number and how it is to be shown.</summary>
internal sealed record Measure(string Figure, string What, double Value, string Text, string Detail)
{
    /// <summary>A ratio: the median over rounds, with the interval that holds the true median with 95 % confidence.</summary>
    public static Measure Ratio(string figure, string what, IReadOnlyList<double> ratios, string detail)
    {
        var (low, high) = Medians.Interval(ratios);
        var median = Medians.Of(ratios);
        return new Measure(figure, what, median, $"{median:0.000} ({low:0.00} to {high:0.00})", detail);
    }
}
