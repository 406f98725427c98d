using System.Text;

namespace Calico.Ctl.Output;

/// <summary>The table of <c>get</c>: columns at least 5 wide, 3 blanks after each cell (the last one too), an empty line at the end.</summary>
internal static class PaddedTable
{
    private const int LeastWidth = 5;

    private const int Padding = 3;

    public static string Write(IReadOnlyList<string> headings, IReadOnlyList<IReadOnlyList<string>> rows)
    {
        var widths = headings.Select((heading, column) => rows.Select(row => row[column].Length).Append(heading.Length).Max()).ToArray();
        var text = new StringBuilder();
        foreach (var row in rows.Prepend(headings))
        {
            foreach (var (column, cell) in row.Index())
                text.Append(cell.PadRight(Math.Max(LeastWidth, widths[column] + Padding)));
            text.Append('\n');
        }

        return text.Append('\n').ToString();
    }
}
