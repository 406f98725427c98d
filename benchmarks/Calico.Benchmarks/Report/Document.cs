namespace Calico.Benchmarks.Report;

/// <summary>The page that tells of the figures: everything between its two marks is this program's, the rest is written by hand.</summary>
internal static class Document
{
    private const string Begin = "<!-- results: written by calico-bench --write -->";
    private const string End = "<!-- end of results -->";

    /// <exception cref="BenchException">The file is not there, or has no marks.</exception>
    public static void Replace(string path, string text)
    {
        if (!File.Exists(path))
            throw new BenchException($"{path} is not there: --write fills in a page that has the lines '{Begin}' and '{End}'");

        var page = File.ReadAllText(path);
        var (begin, end) = (page.IndexOf(Begin, StringComparison.Ordinal), page.IndexOf(End, StringComparison.Ordinal));
        if (begin < 0 || end < begin)
            throw new BenchException($"{path} has no place for the results: the lines '{Begin}' and '{End}', in this order");

        File.WriteAllText(path, $"{page[..(begin + Begin.Length)]}\n{text}\n{page[end..]}");
    }
}
