using System.Text.RegularExpressions;

namespace Calico.Benchmarks.Report;

/// <summary>The page that tells of the figures: everything between its two marks is this program's, the rest is written by hand.</summary>
internal static partial class Document
{
    private const string Begin = "<!-- results: written by calico-bench --write -->";
    private const string End = "<!-- end of results -->";

    /// <summary>The rows of the table that is there, a cell an item.</summary>
    /// <exception cref="BenchException">The file is not there, or has no marks.</exception>
    public static IReadOnlyList<string[]> Rows(string path)
    {
        var (page, begin, end) = Read(path);
        return [.. page[begin..end].Split('\n')
            .Where(line => line.StartsWith("| ", StringComparison.Ordinal))
            .Skip(2) // titles and the line below them
            .Select(line => CellEnd().Split(line)[1..^1].Select(cell => cell.Trim()).ToArray())];
    }

    /// <exception cref="BenchException">The file is not there, or has no marks.</exception>
    public static void Replace(string path, string text)
    {
        var (page, begin, end) = Read(path);
        File.WriteAllText(path, $"{page[..begin]}\n{text}\n{page[end..]}");
    }

    private static (string Page, int Begin, int End) Read(string path)
    {
        if (!File.Exists(path))
            throw new BenchException($"{path} is not there: --write fills in a page that has the lines '{Begin}' and '{End}'");

        var page = File.ReadAllText(path);
        var (begin, end) = (page.IndexOf(Begin, StringComparison.Ordinal), page.IndexOf(End, StringComparison.Ordinal));
        if (begin < 0 || end < begin)
            throw new BenchException($"{path} has no place for the results: the lines '{Begin}' and '{End}', in this order");

        return (page, begin + Begin.Length, end);
    }

    [GeneratedRegex(@"(?<!\\)\|", RegexOptions.None, 1000)]
    private static partial Regex CellEnd();
}
