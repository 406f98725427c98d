using System.Text;

namespace Calico.Benchmarks.Report;

/// <summary>The results as a table that reads well on a terminal and is Markdown too.</summary>
internal static class ResultTable
{
    private static readonly string[] _titles = ["figure", "what", "measured", "floor", "", "behind it"];

    /// <param name="results">Of this run.</param>
    /// <param name="earlier">Rows of figures that an earlier run has measured.</param>
    /// <param name="order">The figures' names, as they are told.</param>
    public static string Of(IReadOnlyList<Result> results, IEnumerable<string[]> earlier, IReadOnlyList<string> order)
    {
        var told = order.Index().ToDictionary(figure => figure.Item, figure => figure.Index);
        List<string[]> rows = [_titles, .. results.Select(Row).Concat(earlier).OrderBy(row => told.GetValueOrDefault(row[0], told.Count))];
        var widths = _titles.Select((_, column) => rows.Max(row => row[column].Length)).ToList();
        rows.Insert(1, [.. widths.Select(width => new string('-', width))]);
        var text = new StringBuilder();
        foreach (var row in rows)
            text.Append("| ").AppendJoin(" | ", row.Select((cell, column) => cell.PadRight(widths[column]))).Append(" |\n");

        return text.ToString();
    }

    private static string[] Row(Result result) =>
        [.. new[] { result.Figure, result.What, result.Measured, result.Floor, Word(result.Verdict), result.Detail.ReplaceLineEndings(" ") }.Select(cell => cell.Replace("|", "\\|", StringComparison.Ordinal))];

    private static string Word(Verdict verdict) => verdict switch
    {
        Verdict.Met => "met",
        Verdict.Missed => "MISSED",
        Verdict.NotMeasured => "NOT MEASURED",
        Verdict.Skipped => "skipped",
        _ => "",
    };
}
