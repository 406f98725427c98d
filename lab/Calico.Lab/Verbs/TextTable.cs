using System.Text;

namespace Calico.Lab.Verbs;

/// <summary>Columns of text, as wide as what they hold.</summary>
internal static class TextTable
{
    public static string Of(string[] head, IEnumerable<string[]> rows)
    {
        List<string[]> lines = [head, .. rows];
        var widths = head.Select((_, column) => lines.Max(line => line[column].Length)).ToArray();
        var text = new StringBuilder();
        foreach (var line in lines)
            text.AppendLine(string.Join("   ", line.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());

        return text.ToString();
    }
}
