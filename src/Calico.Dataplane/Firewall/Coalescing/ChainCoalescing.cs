using System.Collections.Immutable;
using System.Net.Sockets;
using Calico.Model.Addresses;
using Calico.Model.Values;

namespace Calico.Dataplane.Firewall.Coalescing;

/// <summary>Turns a long chain into one of few look-ups with the same outcome for every packet, so that its cost does not grow with its rules.</summary>
/// <remarks>
/// Rules are gathered into runs. A rule may join an earlier run only past runs of the other family, which cannot match the same packet, so
/// the order of any two rules that can stays as it was. A run by ports becomes one map of ports for each protocol; a run by addresses one map
/// of addresses, each leading to what those rules ask that hold for the address: a verdict, or a chain that is itself coalesced. Where
/// keys overlap they are cut into stretches on which the same rules hold, and the first of them decides. What asks for more than an <see cref="Atom"/>
/// can say stays as it is.
/// </remarks>
/// <param name="setOf">The content of a set by its name.</param>
internal sealed class ChainCoalescing(Func<string, FirewallSet> setOf)
{
    /// <summary>Of fewer rules a look-up costs more than it saves.</summary>
    private const int ShortestRun = 8;

    /// <summary>Where sets change, each change of a set changes the map as well; the shorter run is left alone.</summary>
    private const int ShortestRunOfSets = 24;

    /// <summary>A run whose map or chains would be larger stays as it is.</summary>
    private const int MostElements = 50_000;

    private static readonly UInt128 LastPort = ushort.MaxValue;

    private readonly List<FirewallChain> _chains = [];
    private readonly HashSet<string> _classes = [];
    private readonly List<FirewallSet> _maps = [];

    /// <summary>Those that were made on the way.</summary>
    public IReadOnlyList<FirewallChain> Chains => _chains;

    public IReadOnlyList<FirewallSet> Maps => _maps;

    /// <param name="chain">The chain's name; what is made for it is named after it.</param>
    /// <param name="rules">Its rules.</param>
    public List<FirewallRule> Coalesce(string chain, IReadOnlyList<FirewallRule> rules)
    {
        if (rules.Count < ShortestRun)
            return [.. rules];

        var coalesced = new List<FirewallRule>();
        foreach (var run in Runs(rules))
            coalesced.AddRange(run.IsLong ? Render($"{chain}/{coalesced.Count}", run) : run.Rules);
        return coalesced;
    }

    private IEnumerable<Run> Runs(IReadOnlyList<FirewallRule> rules)
    {
        var open = new List<Run>();
        foreach (var rule in rules)
        {
            var atom = Atom.Of(rule, setOf);
            if (atom is null || (atom.PeerSide is null && atom.Protocol is not { HasPorts: true }))
            {
                foreach (var run in open)
                    yield return run;
                open.Clear();
                yield return new Run(Family: null, PeerSide: null) { Rules = { rule } };
                continue;
            }

            Join(open, atom);
        }

        foreach (var run in open)
            yield return run;
    }

    private static void Join(List<Run> open, Atom atom)
    {
        for (var i = open.Count - 1; i >= 0; i--)
        {
            var run = open[i];
            if (run.Family == atom.Family && run.PeerSide == atom.PeerSide)
            {
                run.Add(atom);
                return;
            }

            if (run.Family is null || atom.Family is null || run.Family == atom.Family)
                break; // a packet may match both
        }

        open.Add(new Run(atom.Family, atom.PeerSide));
        open[^1].Add(atom);
    }

    private IEnumerable<FirewallRule> Render(string name, Run run) => run.PeerSide is { } side && run.Family is { } version
        ? ByAddress(name, run, side, version) ?? run.Rules
        : ByPort(name, run);

    private IEnumerable<FirewallRule> ByPort(string name, Run run)
    {
        foreach (var group in run.Atoms.GroupBy(atom => atom.Protocol ?? default))
        {
            var atoms = group.ToList();
            var elements = ClassSweep.Cut([.. atoms.Select(atom => atom.Ports ?? [new(0, LastPort)])])
                .Select(cut => Element(cut.Span, number => SetKey.Of((ushort)number), atoms[cut.Holding[0]].Rule));
            var map = AddMap($"{name}/{group.Key.ToString().ToLowerInvariant()}", SetKeyKind.Port, elements);
            yield return new(
                new Verdict.DispatchPort(Side.Destination, map), FamilyOf(run).Append(new Match.OfProtocol(group.Key)).ToValueList(), $"{atoms.Count} rules");
        }
    }

    private IEnumerable<FirewallRule>? ByAddress(string name, Run run, Side side, int version)
    {
        if (run.Atoms.Sum(atom => atom.Peers?.Count ?? 0) > MostElements)
            return null;

        var cuts = ClassSweep.Cut([.. run.Atoms.Select(atom => atom.Peers ?? [])]);
        var classes = cuts.Select(cut => cut.Holding).Distinct(ReferenceEqualityComparer.Instance).Cast<IReadOnlyList<int>>().ToList();
        if (classes.Sum(holding => (long)holding.Count) > MostElements)
            return null;

        var family = version == 4 ? AddressFamily.InterNetwork : AddressFamily.InterNetworkV6;
        var verdicts = classes.ToDictionary(
            holding => holding, holding => VerdictOf([.. holding.Select(index => run.Atoms[index])]), (IEqualityComparer<IReadOnlyList<int>>)ReferenceEqualityComparer.Instance);
        var elements = cuts.Select(cut => Element(cut.Span, number => SetKey.Of(AddressArithmetic.FromBits(number, family)), verdicts[cut.Holding]));
        var map = AddMap(name, SetRendering.KindOf(version), elements);
        return [new(new Verdict.DispatchAddress(side, version, map), FamilyOf(run).ToValueList(), $"{run.Atoms.Count} rules")];
    }

    /// <summary>What the rules that hold for an address come to: as a rule without matches, or the jump to a chain of what they ask beside it.</summary>
    private FirewallRule VerdictOf(List<Atom> atoms)
    {
        var rules = new List<FirewallRule>();
        foreach (var atom in atoms)
        {
            rules.Add(atom.Rule with { Matches = atom.Rest });
            if (atom.Rest.Count == 0)
                break; // it decides; what comes after is never asked
        }

        if (rules[0].Matches.Count == 0)
            return rules[0];

        var name = TableNames.Class(string.Join('\n', rules.Select(rule => rule.Tag)));
        if (_classes.Add(name))
            _chains.Add(new(name, Hook: null, Coalesce(name, rules).ToValueList()));
        return new(new Verdict.Jump(name), []);
    }

    private string AddMap(string name, SetKeyKind key, IEnumerable<SetElement> elements)
    {
        var all = elements.ToImmutableHashSet();
        var isInterval = all.Any(element => element.First != element.Last);
        _maps.Add(new($"{name}/{(isInterval ? "ranges" : "keys")}", key, isInterval, IsVerdictMap: true, all) { IsCounted = true });
        return _maps[^1].Name;
    }

    private static SetElement Element(Span span, Func<UInt128, SetKey> keyOf, FirewallRule rule) =>
        new(keyOf(span.First), keyOf(span.Last), rule.Verdict, rule.Origin.Length <= FirewallRule.LongestComment ? rule.Origin : rule.Origin[..FirewallRule.LongestComment]);

    private static IEnumerable<Match> FamilyOf(Run run) => run.Family is { } version ? [new Match.Family(version)] : [];

    private sealed record Run(int? Family, Side? PeerSide)
    {
        public List<FirewallRule> Rules { get; } = [];

        public List<Atom> Atoms { get; } = [];

        public bool IsLong => Atoms.Count >= (Atoms.Any(atom => atom.IsOfSets) ? ShortestRunOfSets : ShortestRun);

        public void Add(Atom atom)
        {
            Atoms.Add(atom);
            Rules.Add(atom.Rule);
        }
    }
}
