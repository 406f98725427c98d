namespace Calico.Dataplane.Firewall.Coalescing;

/// <summary>Cuts a line of numbers into stretches on which the same of some things hold.</summary>
internal static class ClassSweep
{
    /// <param name="spans">Of each thing, where it holds; as <see cref="Span.Merge"/> gives them.</param>
    /// <returns>
    /// In order, the stretches on which anything holds, and what does, by its place in <paramref name="spans"/> and in that order. Neighbours
    /// differ, and equal lists are one object. Null: the lists together would be longer than <paramref name="most"/>.
    /// </returns>
    public static List<(Span Span, IReadOnlyList<int> Holding)>? Cut(IReadOnlyList<List<Span>> spans, int most = int.MaxValue)
    {
        var edges = new List<(UInt128 At, int Thing, bool Begins)>();
        foreach (var (thing, list) in spans.Index())
            foreach (var span in list)
            {
                edges.Add((span.First, thing, true));
                if (span.Last < UInt128.MaxValue)
                    edges.Add((span.Last + 1, thing, false));
            }

        edges.Sort((left, right) => left.At.CompareTo(right.At));
        var classes = new Dictionary<UInt128, IReadOnlyList<int>>();
        var cut = new List<(Span Span, IReadOnlyList<int> Holding)>();
        var holding = new SortedSet<int>();
        UInt128 signature = 0;
        for (var i = 0; i < edges.Count;)
        {
            var at = edges[i].At;
            for (; i < edges.Count && edges[i].At == at; i++)
            {
                _ = edges[i].Begins ? holding.Add(edges[i].Thing) : holding.Remove(edges[i].Thing);
                signature ^= Fingerprint(edges[i].Thing);
            }

            if (holding.Count == 0)
                continue;

            if (!classes.TryGetValue(signature, out var list))
            {
                if ((most -= holding.Count) < 0)
                    return null;

                list = classes[signature] = [.. holding];
            }

            var last = i < edges.Count ? edges[i].At - 1 : UInt128.MaxValue;
            if (cut.Count > 0 && ReferenceEquals(cut[^1].Holding, list) && cut[^1].Span.Last + 1 == at)
                cut[^1] = (cut[^1].Span with { Last = last }, list);
            else
                cut.Add((new(at, last), list));
        }

        return cut;
    }

    /// <summary>128 bits that look random: two sets of things have one XOR of these by a chance that does not happen.</summary>
    private static UInt128 Fingerprint(int thing) => new(Mix((ulong)thing), Mix((ulong)thing + 0x9e3779b97f4a7c15));

    /// <summary>The finalizer of SplitMix64.</summary>
    private static ulong Mix(ulong z)
    {
        z += 0x9e3779b97f4a7c15;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return z ^ (z >> 31);
    }
}
