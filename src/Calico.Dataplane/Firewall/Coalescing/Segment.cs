namespace Calico.Dataplane.Firewall.Coalescing;

/// <summary>Neighbouring rules that become look-ups together: by port, and in each family by the address of one side.</summary>
/// <param name="usual">The side that is taken where a rule leaves the choice.</param>
internal sealed class Segment(Side usual)
{
    private readonly List<Atom> _all = [];
    private readonly Dictionary<int, Side> _sides = [];
    private readonly Dictionary<int, List<Placed>> _byAddress = [];

    /// <summary>The rules that ask for a port alone, in order.</summary>
    public List<Atom> ByPort { get; } = [];

    public int Count => _all.Count;

    public IEnumerable<FirewallRule> Rules => _all.Select(atom => atom.Rule);

    /// <summary>The sets whose content goes into the look-ups.</summary>
    public IEnumerable<string> AddressSets => _all.SelectMany(atom => atom.AddressSets);

    /// <summary>In each family the rules that ask for an address, and of which side.</summary>
    public IEnumerable<(int Version, Side Side, List<Placed> Rules)> Families => _byAddress.OrderBy(family => family.Key).Select(family => (family.Key, _sides[family.Key], family.Value));

    /// <param name="Before">How many rules by port come before it.</param>
    internal readonly record struct Placed(Atom Atom, int Before);

    /// <returns>False: it is no rule by port nor one by the address of the side that the others are by.</returns>
    public bool TryAdd(Atom atom)
    {
        if (atom.IsByPort)
            ByPort.Add(atom);
        else if (atom.Family is { } family && SideOf(atom, family) is { } side)
            Add(family, side, atom);
        else
            return false;

        _all.Add(atom);
        return true;
    }

    /// <summary>The same rules in two.</summary>
    public IEnumerable<Segment> Halves()
    {
        foreach (var half in _all.Chunk((_all.Count + 1) / 2))
        {
            var segment = new Segment(usual);
            foreach (var atom in half)
                segment.TryAdd(atom); // where the whole fits, a part does
            yield return segment;
        }
    }

    private void Add(int family, Side side, Atom atom)
    {
        _sides[family] = side;
        if (!_byAddress.TryGetValue(family, out var rules))
            rules = _byAddress[family] = [];
        rules.Add(new(atom, ByPort.Count));
    }

    /// <summary>A rule that names no address holds for all; unless it becomes less by that, it joins others but begins nothing, or it would be taken apart for ever.</summary>
    private Side? SideOf(Atom atom, int family)
    {
        var other = usual == Side.Source ? Side.Destination : Side.Source;
        var (asksUsual, asksOther) = (atom.AsksFor(usual), atom.AsksFor(other));
        if (!_sides.TryGetValue(family, out var side))
            return asksUsual || (!asksOther && !atom.AsksMore) ? usual : asksOther ? other : null;
        return atom.AsksFor(side) || !(asksUsual || asksOther) ? side : null;
    }
}
