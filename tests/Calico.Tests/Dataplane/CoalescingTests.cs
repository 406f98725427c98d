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

    private static readonly Gen<FirewallRule> Rules =
        from verdict in Gen.Elements<Verdict>(new Verdict.Accept(), new Verdict.Drop(), new Verdict.Goto("deny/a"), new Verdict.Log("l: "))
        from family in Gen.Elements(4, 4, 6)
        from address in Gen.Frequency((2, Gen.Constant<Match[]>([])), (6, Addresses(family)), (1, from one in Addresses(family) from two in Addresses(family) select (Match[])[.. one, .. two]))
        from protocol in Gen.Elements(6, 6, 17, 1, 0)
        from port in Gen.Frequency((1, Gen.Constant<Match[]>([])), (4, Ports))
        from other in Gen.Frequency((30, Gen.Constant<Match[]>([])), (1, Gen.Constant<Match[]>([new Match.PortBetween(Side.Source, 1, 3)])))
        from index in Gen.Choose(0, 1000)
        let ofProtocol = protocol == 0 ? [] : new Match[] { new Match.OfProtocol(new Protocol((byte)protocol)) }
        let hasPorts = protocol is 6 or 17
        select new FirewallRule(
            verdict,
            [.. address.Length > 0 ? [new Match.Family(family)] : Array.Empty<Match>(), .. ofProtocol, .. hasPorts ? port : [], .. hasPorts ? other : [], .. address],
            $"rule {index}",
            IsCounted: true);

    private static Gen<Match[]> Ports => Gen.OneOf(
        from first in Gen.Choose(79, 84)
        from length in Gen.Choose(0, 3)
        from negated in Gen.Elements(false, false, true)
        select (Match[])[new Match.PortBetween(Side.Destination, (ushort)first, (ushort)(first + length), negated)],
        from negated in Gen.Elements(true, false) select (Match[])[new Match.PortIn(Side.Destination, "ports/z", negated)]);

    private static readonly Gen<FirewallPacket> Packets =
        from family in Gen.Elements(4, 4, 6)
        from source in Gen.Choose(0, 5)
        from destination in Gen.Choose(0, 5)
        from subnet in Gen.Choose(0, 1)
        from protocol in Gen.Elements(6, 6, 17, 1)
        from port in Gen.Elements(1, 78, 79, 80, 81, 82, 83, 84, 85, 86, 443, 65535)
        select new FirewallPacket
        {
            Source = IPAddress.Parse(family == 4 ? $"10.0.{subnet}.{source}" : $"fd00::{source}"),
            Destination = IPAddress.Parse(family == 4 ? $"10.0.{subnet}.{destination}" : $"fd00::{destination}"),
            Protocol = (byte)protocol,
            SourcePort = protocol == 1 ? null : (ushort)2,
            DestinationPort = protocol == 1 ? null : (ushort)port,
        };

    [Fact]
    public void A_coalesced_chain_does_to_every_packet_what_its_rules_one_by_one_do() => Prop
        .ForAll(Gen.ListOf(Rules, 40).ToArbitrary(), Gen.ListOf(Packets, 40).ToArbitrary(), (rules, packets) =>
        {
            var coalescing = new ChainCoalescing(name => Sets.First(set => set.Name == name));
            var coalesced = coalescing.Coalesce("c", rules);

            var before = new TableInterpreter(Table(rules, coalescing));
            var after = new TableInterpreter(Table(coalesced, coalescing));
            foreach (var packet in packets)
                Assert.Equal(before.Decide("c", packet), after.Decide("c", packet));
        })
        .Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    [Fact]
    public void Ten_thousand_rules_by_port_are_one_look_up()
    {
        var coalescing = new ChainCoalescing(name => throw new InvalidOperationException(name));

        var rules = coalescing.Coalesce("c", [.. Enumerable.Range(1, 10_000).Select(port => ByPort(port, port % 2 == 0 ? new Verdict.Accept() : new Verdict.Drop()))]);

        Assert.Equal("meta l4proto 6 th dport vmap @c/0/tcp/keys", Assert.Single(rules).ToString());
        Assert.Equal(10_000, Assert.Single(coalescing.Maps).Elements.Count);
        Assert.Empty(coalescing.Chains);
    }

    [Fact]
    public void Ten_thousand_rules_by_network_and_port_are_two_look_ups()
    {
        var coalescing = new ChainCoalescing(name => throw new InvalidOperationException(name));

        var rules = coalescing.Coalesce("c", [.. Enumerable.Range(0, 10_000).Select(i => ByPort(i + 1, new Verdict.Accept(), new Match.Family(4), new Match.Address(Side.Source, HostPrefix($"10.{i / 256}.{i % 256}.0/24"))))]);

        Assert.Equal("meta nfproto ipv4 ip saddr vmap @c/0/ranges", Assert.Single(rules).ToString());
        Assert.All(coalescing.Chains, chain => Assert.Single(chain.Rules));
    }

    [Fact]
    public void An_element_names_the_rule_it_stems_from_and_counts_for_it()
    {
        var coalescing = new ChainCoalescing(name => throw new InvalidOperationException(name));
        coalescing.Coalesce("c", [.. Enumerable.Range(1, 9).Select(port => ByPort(port, new Verdict.Accept()) with { Origin = $"p ingress[{port}]" })]);

        var map = Assert.Single(coalescing.Maps);
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
            .. coalescing.Chains,
        ];
        return new(chains.ToImmutableDictionary(chain => chain.Name), Sets.Concat(coalescing.Maps).ToImmutableDictionary(set => set.Name));
    }
}
