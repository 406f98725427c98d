namespace Calico.Dataplane.Firewall.Coalescing;

/// <summary>The addresses of one family and side, cut into stretches on which the same rules of a segment hold.</summary>
internal sealed class AddressPlan
{
    private AddressPlan((int Version, Side Side, List<Segment.Placed> Rules) family, List<(Span Span, IReadOnlyList<int> Holding)> cuts)
    {
        (Version, Side, Rules) = family;
        Cuts = cuts;
    }

    public int Version { get; }

    public Side Side { get; }

    public IReadOnlyList<Segment.Placed> Rules { get; }

    /// <summary>As <see cref="ClassSweep.Cut"/> gives them, by the place of rules in <see cref="Rules"/>.</summary>
    public IReadOnlyList<(Span Span, IReadOnlyList<int> Holding)> Cuts { get; }

    /// <summary>What holds, each once.</summary>
    public IEnumerable<IReadOnlyList<int>> Classes => Cuts.Select(cut => cut.Holding).Distinct(ReferenceEqualityComparer.Instance).Cast<IReadOnlyList<int>>();

    /// <returns>Null: it would be larger than <paramref name="most"/>, in stretches or in rules of all classes.</returns>
    public static AddressPlan? Of((int Version, Side Side, List<Segment.Placed> Rules) family, int most)
    {
        var addresses = new List<List<Span>>();
        var count = 0;
        foreach (var placed in family.Rules)
        {
            addresses.Add(placed.Atom.AddressesOn(family.Side));
            if ((count += addresses[^1].Count) > most)
                return null;
        }

        return ClassSweep.Cut(addresses, most) is { } cuts ? new(family, cuts) : null;
    }
}
