using System.Collections.Immutable;
using System.Net;
using Calico.Model.Addresses;
using Calico.Model.Hosts;
using Calico.Model.Values;

namespace Calico.Dataplane.Firewall;

/// <summary>Turns one rule of a policy into rules of the table: one for each family it speaks of, or one for both if it names no address.</summary>
/// <param name="sets">Collects the sets that the rules look into.</param>
/// <param name="families">Those that any local endpoint has an address of; packets of another reach no policy.</param>
internal sealed class RuleRendering(SetRendering sets, IReadOnlyList<int> families)
{
    private static readonly Protocol[] WithPorts = [Protocol.Tcp, Protocol.Udp, Protocol.Sctp];

    /// <param name="rule">The rule.</param>
    /// <param name="origin">Names it, for the comment.</param>
    /// <param name="verdict">What its action comes to.</param>
    public IEnumerable<FirewallRule> Render(HostRule rule, string origin, Verdict verdict) =>
        from variant in Variants(rule)
        from family in Families(variant)
        from protocol in Protocols(variant, family)
        let matches = Matches(variant, family, protocol)
        where matches is not null
        select new FirewallRule(verdict, matches.ToValueList(), origin, IsCounted: true);

    /// <summary>Of a side's numbers and names of ports one must match: a rule for the numbers and one for each name.</summary>
    private static IEnumerable<HostRule> Variants(HostRule rule) =>
        from source in Variants(rule.Source)
        from destination in Variants(rule.Destination)
        select ReferenceEquals(source, rule.Source) && ReferenceEquals(destination, rule.Destination) ? rule : rule with { Source = source, Destination = destination };

    private static IEnumerable<HostPeer> Variants(HostPeer peer)
    {
        if (peer.NamedPorts.Count == 0)
            return [peer];

        var named = peer.NamedPorts.Select(id => peer with { NamedPorts = [id], Ports = [] });
        return peer.Ports.Count == 0 ? named : named.Prepend(peer with { NamedPorts = [] });
    }

    /// <summary>Null among them stands for both at once.</summary>
    private IEnumerable<int?> Families(HostRule rule)
    {
        if (rule.IpVersion is { } version)
            return [version];
        return NamesAddresses(rule.Source) || NamesAddresses(rule.Destination) || (IsAboutIcmp(rule) && rule.Protocol is null)
            ? families.Select(family => (int?)family)
            : [null];
    }

    private static bool NamesAddresses(HostPeer peer) =>
        peer.Nets.Count + peer.NotNets.Count + peer.Sets.Count + peer.NotSets.Count + peer.NamedPorts.Count + peer.NotNamedPorts.Count > 0;

    private static bool IsAboutIcmp(HostRule rule) => rule.Icmp is not null || rule.NotIcmp is not null;

    private static bool HasPorts(HostPeer peer) => peer.Ports.Count + peer.NotPorts.Count + peer.NamedPorts.Count + peer.NotNamedPorts.Count > 0;

    /// <summary>A port or an ICMP type means nothing without a protocol: where none is given, those that have such a thing.</summary>
    private static IEnumerable<Protocol?> Protocols(HostRule rule, int? family)
    {
        if (rule.Protocol is not null)
            return [rule.Protocol];
        if (HasPorts(rule.Source) || HasPorts(rule.Destination))
            return WithPorts.Where(protocol => protocol != rule.NotProtocol).Select(protocol => (Protocol?)protocol);
        if (IsAboutIcmp(rule))
            return [family == 6 ? Protocol.IcmpV6 : Protocol.Icmp];
        return [null];
    }

    /// <summary>Null if no packet of the family can match.</summary>
    private List<Match>? Matches(HostRule rule, int? family, Protocol? protocol)
    {
        var matches = new List<Match>();
        if (family is { } version)
            matches.Add(new Match.Family(version));
        if (protocol is { } wanted)
            matches.Add(new Match.OfProtocol(wanted));
        if (rule.NotProtocol is { } unwanted)
            matches.Add(new Match.OfProtocol(unwanted, Negated: true));
        if (rule.Icmp?.Type is { } type)
            matches.Add(new Match.IcmpType(type, rule.Icmp.Code));
        if (rule.NotIcmp?.Type is { } notType)
            matches.Add(new Match.IcmpType(notType, rule.NotIcmp.Code, Negated: true));

        AddPorts(matches, Side.Source, rule.Source);
        AddPorts(matches, Side.Destination, rule.Destination);
        return AddAddresses(matches, Side.Source, rule.Source, family) && AddAddresses(matches, Side.Destination, rule.Destination, family)
            ? matches
            : null;
    }

    private void AddPorts(List<Match> matches, Side side, HostPeer peer)
    {
        Add(peer.Ports, negated: false);
        Add(peer.NotPorts, negated: true);

        void Add(ValueList<Port> ports, bool negated)
        {
            if (ports is [var single] && (single.First == single.Last || !negated))
                matches.Add(new Match.PortBetween(side, single.First, single.Last, negated));
            else if (ports.Count > 0)
                matches.Add(new Match.PortIn(side, sets.Ports(ports), negated));
        }
    }

    /// <returns>False if the rule speaks of addresses, but of none of this family: it is then no rule for it (as in Felix).</returns>
    private bool AddAddresses(List<Match> matches, Side side, HostPeer peer, int? family)
    {
        if (family is not { } version)
            return true;

        AddNamed(peer.NamedPorts, negated: false);
        AddNamed(peer.NotNamedPorts, negated: true);
        return Add(peer.Nets, negated: false) && Add(peer.NotNets, negated: true) && AddSets(peer.Sets, negated: false) && AddSets(peer.NotSets, negated: true);

        bool Add(ValueList<IPNetwork> all, bool negated)
        {
            var networks = all.Where(network => network.IsIPv4 == (version == 4)).ToImmutableHashSet();
            if (networks.Count == 1)
                matches.Add(new Match.Address(side, networks.First(), negated));
            else if (networks.Count > 1)
                matches.Add(new Match.AddressIn(side, version, sets.Networks(networks, version), negated));
            return all.Count == 0 || networks.Count > 0;
        }

        void AddNamed(ValueList<string> ids, bool negated) =>
            matches.AddRange(ids.Select(id => new Match.AddressAndPortIn(side, version, sets.NamedPorts(id, version), negated)));

        bool AddSets(ValueList<string> ids, bool negated)
        {
            foreach (var id in ids)
                matches.Add(new Match.AddressIn(side, version, sets.Selected(id, version), negated));
            return true;
        }
    }
}
