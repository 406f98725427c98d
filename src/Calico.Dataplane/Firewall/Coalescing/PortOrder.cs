using Calico.Model.Values;

namespace Calico.Dataplane.Firewall.Coalescing;

/// <summary>Tells of rules by port, in order, whether one of the first so many decides a packet.</summary>
/// <remarks>
/// The ports of the first <c>n</c> rules are those of few sets, each of a block of rules: the blocks are as the digits of <c>n</c> in base
/// <see cref="Radix"/>, so that all <c>n</c> together need some multiple of the rules, and a packet a look-up a digit.
/// </remarks>
/// <param name="name">What the sets are named after.</param>
/// <param name="rules">Each <see cref="Atom.IsByPort"/>.</param>
internal sealed class PortOrder(string name, IReadOnlyList<Atom> rules)
{
    private const int Radix = 8;
    private const int Smallest = 8; // of fewer rules than this a set saves nothing

    private readonly Dictionary<string, FirewallSet> _sets = [];
    private readonly Dictionary<Protocol, List<(Span Span, int First)>> _owners = Owners(rules);

    /// <summary>Those that the rules look into which <see cref="Returns(int, int)"/> gave.</summary>
    public IEnumerable<FirewallSet> Sets => _sets.Values;

    /// <summary>How many of the packets that a rule matches one of the first rules by port has decided already.</summary>
    public Part DecidedBefore(Segment.Placed rule)
    {
        var protocol = rule.Atom.Protocol;
        if (rule.Before == 0 || protocol is { HasPorts: false } || (protocol is { } known && !_owners.ContainsKey(known)))
            return Part.None;
        if (protocol is null || rule.Atom.Ports is not { } ports)
            return Part.Some;

        var (isAny, isAll) = (false, true);
        foreach (var port in ports)
        {
            var next = port.First;
            foreach (var (span, first) in From(_owners[protocol.Value], port))
            {
                isAll &= span.First <= next && first < rule.Before;
                isAny |= first < rule.Before;
                next = span.Last + 1;
            }

            isAll &= next > port.Last;
        }

        return isAll ? Part.All : isAny ? Part.Some : Part.None;
    }

    /// <summary>Rules that return where one of the rules by port up to <paramref name="to"/> decides; that none before <paramref name="from"/> does is known.</summary>
    public IEnumerable<FirewallRule> Returns(int from, int to)
    {
        var at = 0;
        for (var size = Largest(to); size >= Smallest; size /= Radix)
        {
            var end = at + ((to - at) / size * size);
            if (end > Math.Max(at, from))
            {
                foreach (var rule in Returns(rules.Skip(at).Take(end - at), $"{name}/before/{at}-{end}"))
                    yield return rule;
            }

            at = end;
        }

        for (at = Math.Max(at, from); at < to; at++)
            yield return new(new Verdict.Return(), rules[at].Rule.Matches);
    }

    private IEnumerable<FirewallRule> Returns(IEnumerable<Atom> block, string blockName)
    {
        foreach (var group in block.GroupBy(atom => atom.Protocol ?? default))
        {
            var ports = Span.Merge(group.SelectMany(atom => atom.Ports ?? [ChainCoalescing.AllPorts]));
            var isInterval = ports.Exists(span => span.First != span.Last);
            var set = $"{blockName}/{group.Key.ToString().ToLowerInvariant()}/{(isInterval ? "ranges" : "keys")}";
            if (!_sets.ContainsKey(set))
                _sets[set] = new(set, SetKeyKind.Port, isInterval, IsVerdictMap: false, [.. ports.Select(span => SetElement.Range((ushort)span.First, (ushort)span.Last))]);
            yield return new(new Verdict.Return(), [new Match.OfProtocol(group.Key), new Match.PortIn(Side.Destination, set)]);
        }
    }

    private static int Largest(int count)
    {
        var size = Smallest;
        while (size <= count / Radix)
            size *= Radix;
        return size;
    }

    /// <summary>Of each protocol, in order, the stretches of ports and the first rule that holds for them.</summary>
    private static Dictionary<Protocol, List<(Span Span, int First)>> Owners(IReadOnlyList<Atom> rules) => rules
        .Index()
        .GroupBy(rule => rule.Item.Protocol ?? default)
        .ToDictionary(group => group.Key, group =>
        {
            var places = group.Select(rule => rule.Index).ToList();
            return (ClassSweep.Cut([.. group.Select(rule => rule.Item.Ports ?? [ChainCoalescing.AllPorts])]) ?? []).ConvertAll(cut => (cut.Span, places[cut.Holding[0]]));
        });

    /// <summary>Those that overlap a stretch.</summary>
    private static IEnumerable<(Span Span, int First)> From(List<(Span Span, int First)> owners, Span ports)
    {
        var (low, high) = (0, owners.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (owners[middle].Span.Last < ports.First)
                low = middle + 1;
            else
                high = middle;
        }

        for (; low < owners.Count && owners[low].Span.First <= ports.Last; low++)
            yield return owners[low];
    }

    internal enum Part
    {
        None,
        Some,
        All,
    }
}
