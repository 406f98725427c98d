using System.Net;
using System.Net.Sockets;
using Calico.Model.Addresses;
using Calico.Model.Values;

namespace Calico.Dataplane.Firewall.Coalescing;

/// <summary>A rule that asks for no more than the family, one side's address, the protocol and the destination port, and that decides.</summary>
/// <param name="Rule">The rule itself.</param>
/// <param name="Family">4 or 6; null: both.</param>
/// <param name="PeerSide">Whose address it asks for; null: nobody's.</param>
/// <param name="Peers">The addresses; null if there is no side.</param>
/// <param name="Protocol">Null: any, and then there are no ports.</param>
/// <param name="Ports">Null: any.</param>
internal sealed record Atom(FirewallRule Rule, int? Family, Side? PeerSide, List<Span>? Peers, Protocol? Protocol, List<Span>? Ports)
{
    /// <summary>The addresses are those of a set, which changes more often than the rule.</summary>
    public bool IsOfSets { get; private init; }

    /// <summary>What the rule asks beside family and address.</summary>
    public ValueList<Match> Rest => Rule.Matches.Where(match => match is Match.OfProtocol or Match.PortBetween or Match.PortIn).ToValueList();

    /// <returns>Null of any other rule.</returns>
    /// <param name="rule">Any rule.</param>
    /// <param name="setOf">The content of a set by its name.</param>
    public static Atom? Of(FirewallRule rule, Func<string, FirewallSet> setOf)
    {
        if (rule.Verdict is not (Verdict.Accept or Verdict.Drop or Verdict.Reject or Verdict.Goto) || !rule.IsCounted)
            return null;

        var atom = new Atom(rule, Family: null, PeerSide: null, Peers: null, Protocol: null, Ports: null);
        foreach (var match in rule.Matches)
        {
            if (atom.With(match, setOf) is not { } narrowed)
                return null;

            atom = narrowed;
        }

        return atom;
    }

    private Atom? With(Match match, Func<string, FirewallSet> setOf) => match switch
    {
        Match.Family(var version) => this with { Family = version },
        Match.OfProtocol { Negated: false, Protocol: var protocol } => this with { Protocol = protocol },
        Match.PortBetween { Side: Side.Destination } port => WithPorts([new(port.First, port.Last)], port.Negated),
        Match.PortIn { Side: Side.Destination } port => WithPorts(Span.Merge(setOf(port.Set).Elements.Select(Span.Of)), port.Negated),
        Match.Address address => WithPeers(address.Side, [Of(address.Network)], address.Negated),
        Match.AddressIn address => WithPeers(address.Side, Span.Merge(setOf(address.Set).Elements.Select(Span.Of)), address.Negated) is { } atom
            ? atom with { IsOfSets = true }
            : null,
        _ => null,
    };

    private Atom WithPorts(List<Span> ports, bool negated)
    {
        var wanted = negated ? Span.Complement(ports, ushort.MaxValue) : ports;
        return this with { Ports = Ports is null ? wanted : Span.Intersect(Ports, wanted) };
    }

    private Atom? WithPeers(Side side, List<Span> peers, bool negated)
    {
        if (Family is not { } version || (PeerSide ?? side) != side)
            return null;

        var wanted = negated ? Span.Complement(peers, Largest(version)) : peers;
        return this with { PeerSide = side, Peers = Peers is null ? wanted : Span.Intersect(Peers, wanted) };
    }

    private static UInt128 Largest(int version) => version == 4 ? uint.MaxValue : UInt128.MaxValue;

    private static Span Of(IPNetwork network)
    {
        var first = network.BaseAddress.ToBits();
        return new(first, first + (network.BaseAddress.AddressFamily == AddressFamily.InterNetworkV6 && network.PrefixLength == 0 ? UInt128.MaxValue : network.Size - 1));
    }
}
