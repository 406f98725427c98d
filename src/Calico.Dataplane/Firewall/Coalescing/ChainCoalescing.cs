using System.Collections.Immutable;
using System.Net.Sockets;
using Calico.Model.Addresses;
using Calico.Model.Values;

namespace Calico.Dataplane.Firewall.Coalescing;

/// <summary>Turns a long chain into one of few look-ups with the same outcome for every packet, so that its cost does not grow with its rules.</summary>
/// <remarks>
/// Neighbouring rules are gathered into a <see cref="Segment"/>, whatever the order in which they ask for ports or for addresses. It becomes
/// a map of addresses in each family, then a map of ports for each protocol:
/// <code>
///  saddr vmap  each address ─► jump to what rules ask for it beside the address, in order; before one that
///              a rule by port may come before: return, if one of those decides (<see cref="PortOrder"/>)
///  dport vmap  each port ─► the verdict of the first rule by port
/// </code>
/// Where keys overlap they are cut into stretches on which the same rules hold. Elements and rules name the rule that they stem from and count
/// for it, and for no packet that another decides. What is neither by port nor by address stays as it is, between segments.
/// </remarks>
/// <param name="setOf">The content of a set by its name.</param>
internal sealed class ChainCoalescing(Func<string, FirewallSet> setOf)
{
    /// <summary>All ports that there are.</summary>
    public static readonly Span AllPorts = new(0, ushort.MaxValue);

    /// <summary>Of fewer rules a look-up costs more than it saves.</summary>
    private const int ShortestRun = 8;

    /// <summary>Where sets change, each change of a set changes the map as well; fewer such rules are left alone.</summary>
    private const int ShortestRunOfSets = 24;

    /// <summary>A segment whose maps or chains would be larger is rendered in two.</summary>
    private const int MostElements = 50_000;

    private readonly List<FirewallChain> _chains = [];
    private readonly HashSet<string> _classes = [];
    private readonly List<FirewallSet> _sets = [];
    private readonly HashSet<string> _read = [];

    /// <summary>Those that were made on the way.</summary>
    public IReadOnlyList<FirewallChain> Chains => _chains;

    /// <summary>Maps and sets that were made on the way.</summary>
    public IReadOnlyList<FirewallSet> Sets => _sets;

    /// <summary>Names of the sets whose addresses stand in the maps.</summary>
    public IReadOnlySet<string> Read => _read;

    /// <summary>Whether a set changes more often than the rules do.</summary>
    public Func<string, bool> Changes { get; init; } = _ => true;

    /// <summary>Whether a verdict leaves the chain for one that may decide nothing: what comes after it in a map would then be asked, so it stays as it is.</summary>
    public Func<Verdict, bool> ComesBack { get; init; } = _ => false;

    /// <summary>A rule that must follow where rules in a chain of their own may have decided and come back all the same; null: what decides does not come back.</summary>
    public FirewallRule? AfterJump { get; init; }

    /// <param name="chain">The chain's name; what is made for it is named after it.</param>
    /// <param name="rules">Its rules.</param>
    public List<FirewallRule> Coalesce(string chain, IReadOnlyList<FirewallRule> rules)
    {
        if (rules.Count < ShortestRun)
            return [.. rules];

        var coalesced = new List<FirewallRule>();
        foreach (var (rule, segment) in Cut(rules))
        {
            if (segment is null)
                coalesced.Add(rule);
            else
                Render(chain, segment, coalesced);
        }

        return coalesced;
    }

    /// <summary>In order: segments, and the rules that are of none.</summary>
    private List<(FirewallRule Rule, Segment? Segment)> Cut(IReadOnlyList<FirewallRule> rules)
    {
        var atoms = rules.Select(rule => Atom.Of(rule, setOf, ComesBack)).ToList();
        var usual = atoms.Count(atom => atom?.AsksFor(Side.Destination) == true) > atoms.Count(atom => atom?.AsksFor(Side.Source) == true) ? Side.Destination : Side.Source;
        var takesSets = atoms.Count(IsOfSets) >= ShortestRunOfSets;
        var parts = new List<(FirewallRule Rule, Segment? Segment)>();
        Segment? open = null;
        foreach (var (rule, atom) in rules.Zip(atoms))
        {
            if (atom is null || (!takesSets && IsOfSets(atom)))
            {
                parts.Add((rule, null));
                open = null;
                continue;
            }

            if (open?.TryAdd(atom) == true)
                continue;

            open = new(usual);
            parts.Add((rule, open.TryAdd(atom) ? open : open = null));
        }

        return parts;
    }

    private bool IsOfSets(Atom? atom) => atom?.AddressSets.Any(Changes) == true;

    private void Render(string chain, Segment segment, List<FirewallRule> coalesced)
    {
        if (segment.Count < ShortestRun)
        {
            coalesced.AddRange(segment.Rules);
            return;
        }

        var plans = segment.Families.Select(family => AddressPlan.Of(family, MostElements)).ToList();
        if (plans.Contains(null))
        {
            foreach (var half in segment.Halves())
                Render(chain, half, coalesced);
            return;
        }

        var name = $"{chain}/{coalesced.Count}";
        var order = new PortOrder(name, segment.ByPort);
        foreach (var plan in plans.OfType<AddressPlan>())
        {
            coalesced.Add(ByAddress($"{name}/ip{plan.Version}", plan, order));
            if (AfterJump is { } after)
                coalesced.Add(after);
        }

        coalesced.AddRange(ByPort(name, segment.ByPort));
        _sets.AddRange(order.Sets);
        _read.UnionWith(segment.AddressSets);
    }

    private IEnumerable<FirewallRule> ByPort(string name, List<Atom> rules)
    {
        foreach (var group in rules.GroupBy(atom => atom.Protocol ?? default))
        {
            var atoms = group.ToList();
            var elements = (ClassSweep.Cut([.. atoms.Select(atom => atom.Ports ?? [AllPorts])]) ?? [])
                .Select(cut => Element(cut.Span, number => SetKey.Of((ushort)number), atoms[cut.Holding[0]].Rule));
            var map = AddMap($"{name}/{group.Key.ToString().ToLowerInvariant()}", SetKeyKind.Port, elements);
            yield return new(new Verdict.DispatchPort(Side.Destination, map), [new Match.OfProtocol(group.Key)], $"{atoms.Count} rules");
        }
    }

    private FirewallRule ByAddress(string name, AddressPlan plan, PortOrder order)
    {
        var family = plan.Version == 4 ? AddressFamily.InterNetwork : AddressFamily.InterNetworkV6;
        var verdicts = plan.Classes.ToDictionary(
            holding => holding, holding => VerdictOf(plan, holding, order), (IEqualityComparer<IReadOnlyList<int>>)ReferenceEqualityComparer.Instance);
        var elements = from cut in plan.Cuts
                       let verdict = verdicts[cut.Holding]
                       where verdict is not null
                       select Element(cut.Span, number => SetKey.Of(AddressArithmetic.FromBits(number, family)), verdict);
        var map = AddMap(name, SetRendering.KindOf(plan.Version), elements);
        return new(new Verdict.DispatchAddress(plan.Side, plan.Version, map), [new Match.Family(plan.Version)], $"{plan.Rules.Count} rules");
    }

    /// <summary>What the rules that hold for an address come to: as a rule without matches, or the jump to a chain of what they ask beside it.</summary>
    /// <returns>Null: nothing is left to them.</returns>
    private FirewallRule? VerdictOf(AddressPlan plan, IReadOnlyList<int> holding, PortOrder order)
    {
        var (rules, known) = (new List<FirewallRule>(), 0);
        foreach (var placed in holding.Select(index => plan.Rules[index]))
        {
            var decided = order.DecidedBefore(placed);
            if (decided == PortOrder.Part.All)
                continue;

            if (decided == PortOrder.Part.Some && placed.Before > known)
            {
                rules.AddRange(order.Returns(known, placed.Before));
                known = placed.Before;
            }

            rules.Add(placed.Atom.Beside(plan.Side));
            if (rules[^1].Matches.Count == 0 && placed.Atom.IsFinal)
                break; // it decides; what comes after is never asked
        }

        return rules switch
        {
            [] => null,
            [{ Matches.Count: 0, Verdict: not Verdict.Log } only] => only,
            _ => new(new Verdict.Jump(AddClass(rules)), []),
        };
    }

    private string AddClass(List<FirewallRule> rules)
    {
        var name = TableNames.Class(string.Join('\n', rules.Select(rule => rule.Tag)));
        if (_classes.Add(name))
            _chains.Add(new(name, Hook: null, Coalesce(name, rules).ToValueList()));
        return name;
    }

    private string AddMap(string name, SetKeyKind key, IEnumerable<SetElement> elements)
    {
        var all = elements.ToImmutableHashSet();
        var isInterval = all.Any(element => element.First != element.Last);
        _sets.Add(new($"{name}/{(isInterval ? "ranges" : "keys")}", key, isInterval, IsVerdictMap: true, all) { IsCounted = true });
        return _sets[^1].Name;
    }

    private static SetElement Element(Span span, Func<UInt128, SetKey> keyOf, FirewallRule rule) =>
        new(keyOf(span.First), keyOf(span.Last), rule.Verdict, rule.Origin.Length <= FirewallRule.LongestComment ? rule.Origin : rule.Origin[..FirewallRule.LongestComment]);
}
