namespace Calico.Ctl.Policy;

/// <summary>Ranges of ports as text.</summary>
internal static class PortRanges
{
    /// <summary><c>80</c>, <c>81:90</c> and <c>443</c> become <c>80:90, 443</c>; they come in order.</summary>
    public static string Join(IEnumerable<string> ranges)
    {
        var merged = new List<(int First, int Last)>();
        foreach (var range in ranges)
        {
            var ends = range.Split(':');
            var (first, last) = (int.Parse(ends[0]), int.Parse(ends[^1]));
            if (merged.Count > 0 && merged[^1].Last + 1 == first)
                merged[^1] = (merged[^1].First, last);
            else
                merged.Add((first, last));
        }

        return string.Join(", ", merged.Select(range => range.First == range.Last ? $"{range.First}" : $"{range.First}:{range.Last}"));
    }
}
