using System.Net;
using System.Net.Sockets;
using Calico.Model.Addresses;
using Calico.Model.Values;

namespace Calico.Dataplane.Firewall.Coalescing;

/// <summary>A rule seen as what it asks of the family, of addresses, the protocol and the destination port, and whether of anything beside.</summary>
internal sealed class Atom
{
    private readonly Func<string, FirewallSet> _setOf;

    private Atom(FirewallRule rule, Func<string, FirewallSet> setOf)
    {
        (Rule, _setOf) = (rule, setOf);
        foreach (var match in rule.Matches)
            Narrow(match);
    }

    public FirewallRule Rule { get; }

    /// <summary>4 or 6; null: both.</summary>
    public int? Family { get; private set; }

    /// <summary>Null: not one alone.</summary>
    public Protocol? Protocol { get; private set; }

    /// <summary>Null: any. Never without a protocol that has ports.</summary>
    public List<Span>? Ports { get; private set; }

    /// <summary>A packet that it matches goes no further: what follows is never asked.</summary>
    public bool IsFinal => Rule.Verdict is Verdict.Accept or Verdict.Drop or Verdict.Goto;

    /// <summary>It asks for the protocol and its ports, for nothing else, and decides.</summary>
    public bool IsByPort => Family is null && Protocol is { HasPorts: true } && !AsksMore && IsFinal;

    /// <summary>The sets that it asks for addresses of.</summary>
    public IEnumerable<string> AddressSets => Rule.Matches.OfType<Match.AddressIn>().Select(match => match.Set);

    /// <summary>For more than family, protocol and destination port, addresses included.</summary>
    public bool AsksMore { get; private set; }

    /// <returns>Null of a rule that must stay where it is: it counts nothing, or what it leads to may come back undecided.</returns>
    /// <param name="rule">Any rule.</param>
    /// <param name="setOf">The content of a set by its name.</param>
    /// <param name="comesBack">True of a verdict that leaves the chain but may decide nothing.</param>
    public static Atom? Of(FirewallRule rule, Func<string, FirewallSet> setOf, Func<Verdict, bool> comesBack) =>
        rule.IsCounted && rule.Verdict is Verdict.Accept or Verdict.Drop or Verdict.Goto or Verdict.Log && !comesBack(rule.Verdict) ? new(rule, setOf) : null;

    public bool AsksFor(Side side) => Rule.Matches.Any(match => IsAddress(match, side));

    /// <summary>The addresses that it asks for on a side; where it names none, all. Needs a family.</summary>
    public List<Span> AddressesOn(Side side)
    {
        List<Span> addresses = [new(0, Largest)];
        foreach (var match in Rule.Matches.Where(match => IsAddress(match, side)))
        {
            var (spans, negated) = match switch
            {
                Match.Address address => ([Of(address.Network)], address.Negated),
                Match.AddressIn address => (Span.Merge(_setOf(address.Set).Elements.Select(Span.Of)), address.Negated),
                _ => (addresses, false),
            };
            addresses = Span.Intersect(addresses, negated ? Span.Complement(spans, Largest) : spans);
        }

        return addresses;
    }

    /// <summary>The rule for packets that are known to be of its family and to have such an address on the side.</summary>
    public FirewallRule Beside(Side side)
    {
        var matches = Rule.Matches.Where(match => !IsAddress(match, side)).ToList();
        if (!matches.Exists(match => match is Match.Address or Match.AddressIn or Match.AddressAndPortIn))
            matches.RemoveAll(match => match is Match.Family);
        return Rule with { Matches = matches.ToValueList() };
    }

    private UInt128 Largest => Family == 4 ? uint.MaxValue : UInt128.MaxValue;

    private static bool IsAddress(Match match, Side side) => match switch
    {
        Match.Address address => address.Side == side,
        Match.AddressIn address => address.Side == side,
        _ => false,
    };

    private void Narrow(Match match)
    {
        switch (match)
        {
            case Match.Family(var version) when Family is null:
                Family = version;
                break;
            case Match.OfProtocol { Negated: false, Protocol: var protocol } when Protocol is null:
                Protocol = protocol;
                break;
            case Match.PortBetween { Side: Side.Destination } port when Protocol is { HasPorts: true }:
                Narrow([new(port.First, port.Last)], port.Negated);
                break;
            case Match.PortIn { Side: Side.Destination } port when Protocol is { HasPorts: true }:
                Narrow(Span.Merge(_setOf(port.Set).Elements.Select(Span.Of)), port.Negated);
                break;
            default:
                AsksMore = true;
                break;
        }
    }

    private void Narrow(List<Span> ports, bool negated)
    {
        var wanted = negated ? Span.Complement(ports, ushort.MaxValue) : ports;
        Ports = Ports is null ? wanted : Span.Intersect(Ports, wanted);
    }

    private static Span Of(IPNetwork network)
    {
        var first = network.BaseAddress.ToBits();
        return new(first, first + (network.BaseAddress.AddressFamily == AddressFamily.InterNetworkV6 && network.PrefixLength == 0 ? UInt128.MaxValue : network.Size - 1));
    }
}
