using System.Runtime.InteropServices;

namespace Calico.Dataplane.Firewall.Coalescing;

/// <summary>All numbers from one to another, both in it: ports, or addresses as numbers.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Span(UInt128 First, UInt128 Last)
{
    public static Span Of(SetElement element) => new(element.First.ToNumber(), element.Last.ToNumber());

    /// <summary>In order, neither overlapping nor touching.</summary>
    public static List<Span> Merge(IEnumerable<Span> spans)
    {
        var merged = new List<Span>();
        foreach (var span in spans.OrderBy(span => span.First))
        {
            if (merged.Count == 0 || (merged[^1].Last < UInt128.MaxValue && merged[^1].Last + 1 < span.First))
                merged.Add(span);
            else if (span.Last > merged[^1].Last)
                merged[^1] = merged[^1] with { Last = span.Last };
        }

        return merged;
    }

    /// <param name="spans">As <see cref="Merge"/> gives them.</param>
    /// <param name="largest">The last number there is.</param>
    public static List<Span> Complement(List<Span> spans, UInt128 largest)
    {
        var gaps = new List<Span>();
        UInt128 next = 0;
        foreach (var span in spans)
        {
            if (span.First > next)
                gaps.Add(new(next, span.First - 1));
            if (span.Last >= largest)
                return gaps;

            next = span.Last + 1;
        }

        gaps.Add(new(next, largest));
        return gaps;
    }

    /// <summary>What is in both; both as <see cref="Merge"/> gives them.</summary>
    public static List<Span> Intersect(List<Span> left, List<Span> right)
    {
        var common = new List<Span>();
        for (int i = 0, j = 0; i < left.Count && j < right.Count;)
        {
            var first = UInt128.Max(left[i].First, right[j].First);
            var last = UInt128.Min(left[i].Last, right[j].Last);
            if (first <= last)
                common.Add(new(first, last));
            if (left[i].Last < right[j].Last)
                i++;
            else
                j++;
        }

        return common;
    }
}
