using System.Collections.Immutable;
using System.Net;
using Calico.Dataplane.Firewall;
using Calico.Dataplane.Firewall.Coalescing;
using Calico.Model.Values;
using FsCheck;
using FsCheck.Fluent;
using static Calico.Tests.Dataplane.HostStates;

namespace Calico.Tests.Dataplane;

public sealed class CoalescingTests
{
    private static readonly FirewallSet[] Sets =
    [
        new("hosts4/x", SetKeyKind.IPv4Address, IsInterval: false, IsVerdictMap: false, [.. Hosts("10.0.0.1", "10.0.0.3", "10.0.1.1")]),
        new("hosts6/x", SetKeyKind.IPv6Address, IsInterval: false, IsVerdictMap: false, [.. Hosts("fd00::1", "fd00::3")]),
        SetRendering.OfNetworks("nets4/y", [HostPrefix("10.0.0.0/30"), HostPrefix("10.0.1.0/24")], 4),
        new("ports/z", SetKeyKind.Port, IsInterval: true, IsVerdictMap: false, [SetElement.Range(80, 82), SetElement.Range(443, 443)]),
    ];

    /// <summary>Where a user's rule stands among others tells it from them.</summary>
    private static readonly Gen<List<FirewallRule>> Chains =
        from length in Gen.Choose(8, 120)
        from mix in Gen.Choose(0, 4)
        from rules in Gen.ListOf(Rule(mix), length)
        select rules.Index().Select(rule => rule.Item with { Origin = $"rule {rule.Index}" }).ToList();

    /// <param name="mix">How many of eight rules ask for an address.</param>
    private static Gen<FirewallRule> Rule(int mix) =>
        from verdict in Gen.Frequency<Verdict>(
            (9, Gen.Elements<Verdict>(new Verdict.Accept(), new Verdict.Drop(), new Verdict.Goto("deny/a"))), (1, Gen.Elements<Verdict>(new Verdict.Log("l: "), new Verdict.Goto("undecided"), new Verdict.Return())))
        from family in Gen.Elements(4, 4, 6)
        from address in Gen.Frequency(
            (16 - (2 * mix), Gen.Constant<Match[]>([])),
            (4 * mix, Addresses(family)),
            (1, from one in Addresses(family) from two in Addresses(family) select (Match[])[.. one, .. two]))
        from hasFamily in Gen.Elements(true, false, false)
        from protocol in Gen.Frequency((12, Gen.Elements(6, 6, 17)), (1, Gen.Elements(1, 0)), (mix, Gen.Constant(0)))
        from port in Gen.Frequency((1, Gen.Constant<Match[]>([])), (9, Ports))
        from other in Gen.Frequency((15, Gen.Constant<Match[]>([])), (1, Gen.Constant<Match[]>([new Match.PortBetween(Side.Source, 1, 3)])))
        let ofProtocol = protocol == 0 ? [] : new Match[] { new Match.OfProtocol(new Protocol((byte)protocol)) }
        let hasPorts = protocol is 6 or 17
        select new FirewallRule(
            verdict,
            [.. address.Length > 0 || hasFamily ? [new Match.Family(family)] : Array.Empty<Match>(), .. ofProtocol, .. hasPorts ? port : [], .. hasPorts ? other : [], .. address],
            IsCounted: true);

    private static Gen<Match[]> Ports => Gen.Frequency((9, PortRanges), (1, PortSets));

    private static Gen<Match[]> PortRanges =>
        from first in Gen.Choose(60, 110)
        from length in Gen.Elements(0, 0, 0, 1, 3)
        from negated in Gen.Frequency((12, Gen.Constant(false)), (1, Gen.Constant(true)))
        select (Match[])[new Match.PortBetween(Side.Destination, (ushort)first, (ushort)(first + length), negated)];

    private static Gen<Match[]> PortSets =>
        from negated in Gen.Frequency((3, Gen.Constant(false)), (1, Gen.Constant(true)))
        select (Match[])[new Match.PortIn(Side.Destination, "ports/z", negated)];

    private static readonly Gen<FirewallPacket> Packets =
        from family in Gen.Elements(4, 4, 6)
        from source in Gen.Choose(0, 5)
        from destination in Gen.Choose(0, 5)
        from subnet in Gen.Choose(0, 1)
        from protocol in Gen.Elements(6, 6, 17, 1)
        from port in Gen.OneOf(Gen.Choose(59, 114), Gen.Elements(1, 443, 65535))
        select new FirewallPacket
        {
            Source = IPAddress.Parse(family == 4 ? $"10.0.{subnet}.{source}" : $"fd00::{source}"),
            Destination = IPAddress.Parse(family == 4 ? $"10.0.{subnet}.{destination}" : $"fd00::{destination}"),
            Protocol = (byte)protocol,
            SourcePort = protocol == 1 ? null : (ushort)2,
            DestinationPort = protocol == 1 ? null : (ushort)port,
        };

    [Fact]
    public void A_coalesced_chain_does_to_every_packet_what_its_rules_one_by_one_do_and_names_the_same_rule() => Prop
        .ForAll(Chains.ToArbitrary(), Gen.ListOf(Packets, 60).ToArbitrary(), (rules, packets) =>
        {
            var coalescing = new ChainCoalescing(name => Sets.First(set => set.Name == name)) { Changes = name => name == "hosts4/x", ComesBack = verdict => verdict is Verdict.Goto("undecided") };
            var coalesced = coalescing.Coalesce("c", rules);

            var before = new TableInterpreter(Table(rules, coalescing));
            var after = new TableInterpreter(Table(coalesced, coalescing));
            foreach (var packet in packets)
                Assert.Equal(before.Judge("c", packet), after.Judge("c", packet));
        })
        .Check(Config.QuickThrowOnFailure.WithMaxTest(1000));

    [Fact]
    public void A_senders_chain_which_comes_back_where_it_allows_does_the_same_coalesced() => Prop
        .ForAll(Chains.ToArbitrary(), Gen.ListOf(Packets, 60).ToArbitrary(), (rules, packets) =>
        {
            var senders = rules.ConvertAll(rule => rule.Verdict is Verdict.Accept ? rule with { Verdict = new Verdict.Goto(TableNames.Allow) } : rule);
            var coalescing = new ChainCoalescing(name => Sets.First(set => set.Name == name))
            {
                AfterJump = new(new Verdict.Return(), [new Match.IsMarked(PacketMark.Allowed)]),
                ComesBack = verdict => verdict is Verdict.Goto("undecided"),
            };
            var coalesced = coalescing.Coalesce("c", senders);

            var before = new TableInterpreter(Table(rules, coalescing));
            var after = new TableInterpreter(Table(coalesced, coalescing));
            foreach (var packet in packets)
                Assert.Equal(before.Judge("c", packet), after.Judge("c", packet));
        })
        .Check(Config.QuickThrowOnFailure.WithMaxTest(1000));

    [Fact]
    public void Ten_thousand_rules_by_port_and_by_address_in_turn_are_two_look_ups_and_a_few_where_an_address_is_among_them()
    {
        var coalescing = new ChainCoalescing(name => throw new InvalidOperationException(name));

        var rules = coalescing.Coalesce("c", [.. Enumerable.Range(0, 10_000).Select(i => (i % 2 == 0, i % 5 == 0) switch
        {
            (true, var isDenied) => ByPort(i + 1, isDenied ? new Verdict.Drop() : new Verdict.Accept()),
            (false, var isDenied) => new FirewallRule(
                isDenied ? new Verdict.Drop() : new Verdict.Accept(), [new Match.Family(4), new Match.Address(Side.Source, HostPrefix($"10.0.{i / 256}.{i % 256}"))], "rule", IsCounted: true),
        })]);

        Assert.Equal(["meta nfproto ipv4 ip saddr vmap @c/0/ip4/keys", "meta l4proto 6 th dport vmap @c/0/tcp/keys"], rules.Select(rule => rule.ToString()));
        Assert.All(coalescing.Chains, chain => Assert.InRange(chain.Rules.Count, 1, 12));
        Assert.InRange(coalescing.Sets.Sum(set => set.Elements.Count), 10_000, 100_000);
    }

    [Fact]
    public void Ten_thousand_rules_by_port_are_one_look_up()
    {
        var coalescing = new ChainCoalescing(name => throw new InvalidOperationException(name));

        var rules = coalescing.Coalesce("c", [.. Enumerable.Range(1, 10_000).Select(port => ByPort(port, port % 2 == 0 ? new Verdict.Accept() : new Verdict.Drop()))]);

        Assert.Equal("meta l4proto 6 th dport vmap @c/0/tcp/keys", Assert.Single(rules).ToString());
        Assert.Equal(10_000, Assert.Single(coalescing.Sets).Elements.Count);
        Assert.Empty(coalescing.Chains);
    }

    [Fact]
    public void Ten_thousand_rules_by_network_and_port_are_two_look_ups()
    {
        var coalescing = new ChainCoalescing(name => throw new InvalidOperationException(name));

        var rules = coalescing.Coalesce("c", [.. Enumerable.Range(0, 10_000).Select(i => ByPort(i + 1, new Verdict.Accept(), new Match.Family(4), new Match.Address(Side.Source, HostPrefix($"10.{i / 256}.{i % 256}.0/24"))))]);

        Assert.Equal("meta nfproto ipv4 ip saddr vmap @c/0/ip4/ranges", Assert.Single(rules).ToString());
        Assert.All(coalescing.Chains, chain => Assert.Single(chain.Rules));
    }

    [Fact]
    public void Rules_that_hold_for_all_addresses_of_a_family_and_ask_for_more_stay_as_they_are_behind_those_by_address()
    {
        var coalescing = new ChainCoalescing(name => throw new InvalidOperationException(name));
        var (family, tcp, ports) = (new Match.Family(4), new Match.OfProtocol(Protocol.Tcp), new Match.PortBetween(Side.Source, 1, 3));
        FirewallRule[] byAddress = [.. Enumerable.Range(1, 9).Select(i => ByPort(i, new Verdict.Accept(), family, new Match.Address(Side.Source, HostPrefix($"10.0.0.{i}"))))];
        FirewallRule[] more = [.. Enumerable.Range(1, 9).Select(i => new FirewallRule(new Verdict.Accept(), [family, tcp, ports], $"more {i}", IsCounted: true))];

        Assert.Equal(more, coalescing.Coalesce("c", more));

        Assert.Single(coalescing.Coalesce("d", [.. byAddress, .. more]));
        Assert.All(coalescing.Chains, chain => Assert.DoesNotContain(chain.Rules, rule => rule.Verdict == new Verdict.Jump(chain.Name)));
    }

    [Fact]
    public void An_element_names_the_rule_it_stems_from_and_counts_for_it()
    {
        var coalescing = new ChainCoalescing(name => throw new InvalidOperationException(name));
        coalescing.Coalesce("c", [.. Enumerable.Range(1, 9).Select(port => ByPort(port, new Verdict.Accept()) with { Origin = $"p ingress[{port}]" })]);

        var map = Assert.Single(coalescing.Sets);
        Assert.True(map.IsCounted);
        Assert.Equal(Enumerable.Range(1, 9).Select(port => $"p ingress[{port}]"), map.Elements.OrderBy(element => element.First).Select(element => element.Origin));
    }

    [Fact]
    public void A_few_rules_stay_as_they_are()
    {
        FirewallRule[] rules = [.. Enumerable.Range(1, 5).Select(port => ByPort(port, new Verdict.Accept()))];

        Assert.Equal(rules, new ChainCoalescing(name => throw new InvalidOperationException(name)).Coalesce("c", rules));
    }

    private static FirewallRule ByPort(int port, Verdict verdict, params Match[] first) =>
        new(verdict, [.. first, new Match.OfProtocol(Protocol.Tcp), new Match.PortBetween(Side.Destination, (ushort)port, (ushort)port)], "rule", IsCounted: true);

    private static Gen<Match[]> Addresses(int family) =>
        from side in Gen.Elements(Side.Source, Side.Source, Side.Destination)
        from negated in Gen.Elements(false, false, false, true)
        from match in Gen.OneOf(
            from last in Gen.Choose(0, 5)
            from length in Gen.Choose(1, 4)
            select (Match)new Match.Address(
                side,
                family == 4 ? Truncated($"10.0.0.{last}", 33 - length) : Truncated($"fd00::{last}", 129 - length),
                negated),
            Gen.Constant((Match)new Match.AddressIn(side, family, $"hosts{family}/x", negated)),
            Gen.Constant((Match)(family == 4 ? new Match.AddressIn(side, 4, "nets4/y", negated) : new Match.AddressIn(side, 6, "hosts6/x", negated))))
        select (Match[])[match];

    private static IPNetwork Truncated(string address, int length) => Calico.Model.Addresses.AddressArithmetic.Truncate(IPAddress.Parse(address), length);

    private static IEnumerable<SetElement> Hosts(params string[] addresses) => addresses.Select(address => SetElement.Of(SetKey.Of(IPAddress.Parse(address))));

    private static FirewallTable Table(IEnumerable<FirewallRule> rules, ChainCoalescing coalescing)
    {
        FirewallChain[] chains =
        [
            new("c", Hook: null, rules.ToValueList()),
            new("deny/a", Hook: null, [new(new Verdict.Reject(), [])]),
            new(TableNames.Allow, Hook: null, [new(new Verdict.Mark(PacketMark.Allowed), []), new(new Verdict.Return(), [])]),
            new("undecided", Hook: null, [new(new Verdict.Drop(), [new Match.OfProtocol(new Protocol(1))])]),
            .. coalescing.Chains,
        ];
        return new(chains.ToImmutableDictionary(chain => chain.Name), Sets.Concat(coalescing.Sets).ToImmutableDictionary(set => set.Name));
    }
}
