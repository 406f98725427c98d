using System.Globalization;
using System.Text;

namespace Calico.Ctl.Output;

/// <summary>The framed table of <c>node status</c>: headings centred, cells to the left, numbers to the right.</summary>
internal static class BoxTable
{
    public static string Write(IReadOnlyList<string> headings, IReadOnlyList<IReadOnlyList<string>> rows)
    {
        var widths = headings.Select((heading, column) => rows.Select(row => row[column].Length).Append(heading.Length).Max()).ToArray();
        var border = $"+{string.Join('+', widths.Select(width => new string('-', width + 2)))}+\n";
        var text = new StringBuilder(border);
        AppendRow(text, headings.Select((heading, column) => Centre(heading, widths[column])));
        text.Append(border);
        foreach (var row in rows)
            AppendRow(text, row.Select((cell, column) => double.TryParse(cell, CultureInfo.InvariantCulture, out _) ? cell.PadLeft(widths[column]) : cell.PadRight(widths[column])));
        return text.Append(border).ToString();
    }

    private static void AppendRow(StringBuilder text, IEnumerable<string> cells) => text.Append("| ").AppendJoin(" | ", cells).Append(" |\n");

    private static string Centre(string text, int width) => text.PadLeft(text.Length + ((width - text.Length) / 2)).PadRight(width);
}
