using System.Text;

namespace Calico.Benchmarks.Report;

/// <summary>The results as a table that reads well on a terminal and is Markdown too.</summary>
internal static class ResultTable
{
    private static readonly string[] _titles = ["figure", "what", "measured", "floor", "", "behind it"];

    public static string Of(IReadOnlyList<Result> results)
    {
        List<string[]> rows = [_titles, .. results.Select(Row)];
        var widths = _titles.Select((_, column) => rows.Max(row => row[column].Length)).ToList();
        rows.Insert(1, [.. widths.Select(width => new string('-', width))]);
        var text = new StringBuilder();
        foreach (var row in rows)
            text.Append("| ").AppendJoin(" | ", row.Select((cell, column) => cell.PadRight(widths[column]))).Append(" |\n");

        return text.ToString();
    }

    private static string[] Row(Result result) => [result.Figure, result.What, result.Measured, result.Floor, Word(result.Verdict), result.Detail.ReplaceLineEndings(" ")];

    private static string Word(Verdict verdict) => verdict switch
    {
        Verdict.Met => "met",
        Verdict.Missed => "MISSED",
        Verdict.NotMeasured => "NOT MEASURED",
        Verdict.Skipped => "skipped",
        _ => "",
    };
}
