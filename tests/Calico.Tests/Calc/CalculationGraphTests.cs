using System.Net;
using Calico.Calc;
using Calico.Model.Hosts;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Calico.Model.Store;
using Calico.Model.Values;
using static Calico.Tests.Calc.Store;

namespace Calico.Tests.Calc;

public sealed class CalculationGraphTests
{
    private const string Host = "vms100";

    [Fact]
    public void An_endpoint_of_this_host_has_its_profile_and_the_addresses_of_its_network_wherever_they_are()
    {
        var (host, problems) = Calculate(
            NetworkProfile("net1"), NetworkProfile("net2"), Endpoint("a", Host, "10.0.0.1"), Endpoint("b", "vms101", "10.0.1.1"), Endpoint("c", "vms101", "10.0.1.2", "net2"));

        Assert.Empty(problems);
        var endpoint = Assert.Single(host.Endpoints).Value;
        Assert.Equal("calia", endpoint.Interface);
        Assert.Equal("default/a", endpoint.Id);
        var rules = host.Rules[Assert.Single(endpoint.Profiles)];
        var set = Assert.Single(Assert.Single(rules.Ingress).Source.Sets);
        Assert.Equal([IPNetwork.Parse("10.0.0.1/32"), IPNetwork.Parse("10.0.1.1/32")], host.AddressSets[set].OrderBy(address => address.ToString()));
        Assert.Single(host.AddressSets);
    }

    [Fact]
    public void What_no_local_endpoint_needs_is_not_there()
    {
        var (host, _) = Calculate(
            NetworkProfile("net1"),
            Endpoint("b", "vms101", "10.0.1.1"),
            GlobalPolicy("deny", new() { Ingress = [new() { Action = RuleAction.Deny, Source = new() { Selector = "has(bad)" } }] }));

        Assert.Empty(host.Endpoints);
        Assert.Empty(host.Rules);
        Assert.Empty(host.AddressSets);
    }

    [Fact]
    public void A_flush_without_a_change_gives_the_same_objects()
    {
        var graph = new CalculationGraph(Host);
        graph.Apply([NetworkProfile("net1"), Endpoint("a", Host, "10.0.0.1"), Put(Kinds.Node, Host, new NodeSpec())]);
        var before = graph.Flush();

        graph.Apply([NetworkProfile("net1"), Endpoint("a", Host, "10.0.0.1")]);
        var after = graph.Flush();

        Assert.Same(before.Host, after.Host);
        Assert.Same(before.Bgp, after.Bgp);
    }

    [Fact]
    public void A_new_member_changes_its_set_and_nothing_else()
    {
        var graph = new CalculationGraph(Host);
        graph.Apply([NetworkProfile("net1"), Endpoint("a", Host, "10.0.0.1")]);
        var before = graph.Flush().Host;

        graph.Apply(Endpoint("b", "vms101", "10.0.1.1"));
        var after = graph.Flush().Host;

        Assert.Same(before.Endpoints, after.Endpoints);
        Assert.Same(before.Rules, after.Rules);
        Assert.Equal(2, Assert.Single(after.AddressSets).Value.Count);
    }

    [Fact]
    public void Tiers_and_policies_come_in_order_with_absent_orders_last()
    {
        var (host, _) = Calculate(
            NetworkProfile("net1"),
            Endpoint("a", Host, "10.0.0.1"),
            Put(Kinds.Tier, "early", new TierSpec { Order = 5, DefaultAction = RuleAction.Pass }),
            GlobalPolicy("no-order", new()),
            GlobalPolicy("second", new() { Order = 2 }),
            GlobalPolicy("first", new() { Order = 1 }),
            GlobalPolicy("early.x", new() { Tier = "early" }));

        Assert.Equal(["early", "default"], host.Endpoints["calia"].Ingress.Select(tier => tier.Name));
        Assert.Equal(RuleAction.Pass, host.Endpoints["calia"].Ingress[0].DefaultAction);
        Assert.Equal(["first", "second", "no-order"], host.Endpoints["calia"].Ingress[1].Policies.Select(policy => policy.Name));
        Assert.Empty(host.Endpoints["calia"].Egress);
    }

    [Theory]
    [InlineData(false, false, true, false)]
    [InlineData(true, false, true, false)]
    [InlineData(false, true, false, true)]
    [InlineData(true, true, true, true)]
    public void Without_types_the_rules_say_which_directions_a_policy_is_for(bool ingressRules, bool egressRules, bool ingress, bool egress)
    {
        ValueList<Rule> rules = [new() { Action = RuleAction.Allow }];
        var (host, _) = Calculate(
            Endpoint("a", Host, "10.0.0.1"), GlobalPolicy("p", new() { Ingress = ingressRules ? rules : null, Egress = egressRules ? rules : [] }));

        Assert.Equal(ingress, host.Endpoints["calia"].Ingress.Count > 0);
        Assert.Equal(egress, host.Endpoints["calia"].Egress.Count > 0);
    }

    [Fact]
    public void A_tier_that_does_not_exist_comes_last_ends_in_deny_and_is_reported()
    {
        var (host, problems) = Calculate(NetworkProfile("net1"), Endpoint("a", Host, "10.0.0.1"), GlobalPolicy("p", new() { Tier = "nowhere" }), GlobalPolicy("q", new()));

        Assert.Equal(["default", "nowhere"], host.Endpoints["calia"].Ingress.Select(tier => tier.Name));
        Assert.Equal(RuleAction.Deny, host.Endpoints["calia"].Ingress[1].DefaultAction);
        Assert.Contains("'nowhere'", Assert.Single(problems), StringComparison.Ordinal);
    }

    [Fact]
    public void A_profile_that_does_not_exist_closes_the_endpoint_and_is_reported()
    {
        var (host, problems) = Calculate(Endpoint("a", Host, "10.0.0.1", "nowhere"));

        var rules = host.Rules[host.Endpoints["calia"].Profiles[0]];
        Assert.Equal(RuleAction.Deny, Assert.Single(rules.Ingress).Action);
        Assert.Equal(RuleAction.Deny, Assert.Single(rules.Egress).Action);
        Assert.Contains("Profile(nowhere) does not exist", Assert.Single(problems), StringComparison.Ordinal);
    }

    [Fact]
    public void A_policy_with_a_bad_selector_applies_nowhere_and_is_reported()
    {
        var (host, problems) = Calculate(NetworkProfile("net1"), Endpoint("a", Host, "10.0.0.1"), GlobalPolicy("p", new() { Selector = "a = 'b'" }));

        Assert.Empty(host.Endpoints["calia"].Ingress);
        Assert.Contains("GlobalNetworkPolicy(p) applies to no endpoint", Assert.Single(problems), StringComparison.Ordinal);
        Assert.Contains("expected == at character 3", problems[0], StringComparison.Ordinal);
    }

    [Fact]
    public void A_rule_that_cannot_be_honoured_fails_closed()
    {
        var bad = new EntityRule { Selector = "a = 'b'" };
        var (host, problems) = Calculate(NetworkProfile("net1"), Endpoint("a", Host, "10.0.0.1"), GlobalPolicy("p", new()
        {
            Ingress =
            [
                new() { Action = RuleAction.Allow, Source = bad },
                new() { Action = RuleAction.Deny, Source = bad },
            ],
        }));

        var rule = Assert.Single(host.Rules.First(rules => rules.Key.Kind == "GlobalNetworkPolicy").Value.Ingress);
        Assert.Equal(RuleAction.Deny, rule.Action);
        Assert.Equal(1, rule.Index);
        Assert.Empty(rule.Source.Sets);
        Assert.Equal(2, problems.Count);
    }

    [Theory]
    [InlineData(null, "a == 'b'", null, "a == \"b\"")]
    [InlineData("shop", "a == 'b'", null, "(projectcalico.org/namespace == \"shop\" && a == \"b\")")]
    [InlineData("shop", "a == 'b'", "c == 'd'", "(pcns.c == \"d\" && a == \"b\")")]
    [InlineData(null, null, "all()", "has(projectcalico.org/namespace)")]
    [InlineData(null, null, "global()", "!has(projectcalico.org/namespace)")]
    [InlineData(null, "all()", "all()", "(has(projectcalico.org/namespace) && all())")]
    public void A_rules_selector_is_narrowed_by_the_namespace(string? ns, string? selector, string? namespaceSelector, string effective) =>
        Assert.Equal(effective, Calico.Calc.Policy.EffectiveSelectors.OfSide(ns, new() { Selector = selector, NamespaceSelector = namespaceSelector })?.Text);

    [Fact]
    public void A_namespaced_policy_selects_in_its_namespace_only()
    {
        var (host, _) = Calculate(
            Endpoint("a", Host, "10.0.0.1"),
            Put(Kinds.NetworkPolicy, "near", new PolicySpec(), "default"),
            Put(Kinds.NetworkPolicy, "far", new PolicySpec(), "shop"));

        Assert.Equal(["near"], host.Endpoints["calia"].Ingress[0].Policies.Select(policy => policy.Name));
    }

    [Fact]
    public void Labels_of_an_endpoint_win_over_its_profiles_and_nobody_takes_a_namespaces_labels()
    {
        var (host, _) = Calculate(
            NetworkProfile("net1"),
            Endpoint("a", Host, "10.0.0.1", labels: Label("net", "own").With("pcns.team", "x")),
            GlobalPolicy("own", new() { Selector = "net == 'own'" }),
            GlobalPolicy("inherited", new() { Selector = "net == 'net1'" }),
            GlobalPolicy("namespace", new() { NamespaceSelector = "team == 'x'" }));

        Assert.Equal(["own"], host.Endpoints["calia"].Ingress[0].Policies.Select(policy => policy.Name));
    }

    [Fact]
    public void Of_two_endpoints_with_one_address_the_first_by_name_has_it()
    {
        var (host, problems) = Calculate(NetworkProfile("net1"), Endpoint("b", Host, "10.0.0.1"), Endpoint("a", Host, "10.0.0.1"));

        Assert.Single(host.Endpoints["calia"].Addresses);
        Assert.Empty(host.Endpoints["calib"].Addresses);
        Assert.Contains("WorkloadEndpoint(default/b) does without 10.0.0.1/32", Assert.Single(problems), StringComparison.Ordinal);
    }

    [Fact]
    public void Only_confirmed_blocks_of_this_host_are_local_and_addresses_outside_them_are_announced_one_by_one()
    {
        var graph = new CalculationGraph(Host);
        graph.Apply(
        [
            Put(Kinds.Node, Host, new NodeSpec { Bgp = new() { Ipv4Address = new(IPAddress.Parse("192.168.26.100"), 24) } }),
            Put(Kinds.IPPool, "pool", new IPPoolSpec { Cidr = IPNetwork.Parse("10.0.0.0/16"), NatOutgoing = true }),
            Put(Kinds.IPPool, "private", new IPPoolSpec { Cidr = IPNetwork.Parse("10.9.0.0/16"), DisableBGPExport = true }),
            Affinity(Host, "10.0.0.0/26"),
            Affinity(Host, "10.0.0.64/26", AffinityState.Pending),
            Affinity(Host, "10.9.0.0/26"),
            Affinity("vms101", "10.0.1.0/26"),
            Endpoint("inside", Host, "10.0.0.1"),
            Endpoint("borrowed", Host, "10.0.1.9"),
            Endpoint("stray", Host, "172.16.0.1"),
        ]);

        var (host, bgp, _) = graph.Flush();

        Assert.Equal(["10.0.0.0/26", "10.9.0.0/26"], host.LocalBlocks.Select(block => block.ToString()).Order());
        Assert.Equal(["10.0.0.0/16", "10.9.0.0/16"], host.Pools.Select(pool => pool.ToString()).Order());
        Assert.Equal(["10.0.0.0/16"], host.NatOutgoingPools.Select(pool => pool.ToString()));
        Assert.Equal(["10.0.0.0/26", "10.0.1.9/32"], bgp?.Originated.Select(prefix => prefix.ToString()).Order());
    }

    [Fact]
    public void Until_the_own_node_is_known_there_is_nothing_for_the_speaker_to_do()
    {
        var graph = new CalculationGraph(Host);
        graph.Apply(Put(Kinds.Node, "vms101", new NodeSpec { Bgp = new() { Ipv4Address = new(IPAddress.Parse("192.168.26.101"), 24) } }));

        Assert.Null(graph.Flush().Bgp);
    }

    private static (HostState Host, IReadOnlyList<string> Problems) Calculate(params StoreChange[] changes)
    {
        var graph = new CalculationGraph(Host);
        graph.Apply(changes);
        var (host, _, problems) = graph.Flush();
        return (host, problems);
    }
}
