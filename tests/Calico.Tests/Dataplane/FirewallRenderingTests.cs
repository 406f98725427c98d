using System.Net;
using Calico.Dataplane.Firewall;
using Calico.Model.Hosts;
using Calico.Model.Resources.Specs;
using Calico.Model.Values;
using static Calico.Tests.Dataplane.HostStates;

namespace Calico.Tests.Dataplane;

public sealed class FirewallRenderingTests
{
    private static readonly RulesId Policy = new("GlobalNetworkPolicy", null, "p");
    private static readonly RulesId Other = new("NetworkPolicy", "shop", "q");

    [Fact]
    public void Known_connections_leave_by_the_first_rule_and_an_unknown_workload_interface_by_the_last()
    {
        var table = new FirewallRendering().Render(HostState.Empty);

        Assert.Equal(
            [
                "ct state established,related accept",
                "iifname \"cali*\" jump check-source",
                "iifname vmap @from-endpoint",
                "iifname \"cali*\" meta mark not allowed counter drop",
                "oifname != \"cali*\" accept",
                "ct state invalid counter drop",
                "oifname vmap @to-endpoint",
                "counter drop",
            ],
            Rules(table, "forward"));
        Assert.Equal(
            [
                "ct state invalid counter drop",
                "meta nfproto ipv4 iifname . ip saddr != @sources4 counter drop",
                "meta nfproto ipv6 ip6 saddr != fe80::/10 iifname . ip6 saddr != @sources6 counter drop",
                "meta mark set not allowed",
            ],
            Rules(table, "check-source"));
        Assert.Equal(["jump check-source", "iifname vmap @from-endpoint", "meta mark allowed accept", "counter drop"], Rules(table, "input").TakeLast(4));
        Assert.DoesNotContain("nat-outgoing", table.Chains.Keys);
        Assert.All(table.Sets.Values, set => Assert.Empty(set.Elements));
    }

    [Fact]
    public void Endpoints_with_the_same_policies_share_their_chains()
    {
        var table = new FirewallRendering().Render(With(Endpoint("a", "10.0.0.1"), Endpoint("b", "10.0.0.2", "fd00::2")));

        var groups = table.Sets[TableNames.ToEndpoint].Elements.Select(element => element.Chain).Distinct();
        Assert.Equal(["jump in/Profile/allow-all", "counter goto deny/in/no-profile"], Rules(table, Assert.Single(groups) ?? ""));
        Assert.Equal(["counter accept"], Rules(table, "in/Profile/allow-all"));
        Assert.Equal(2, table.Sets[TableNames.Sources(4)].Elements.Count);
        Assert.Single(table.Sets[TableNames.Sources(6)].Elements);
    }

    [Fact]
    public void A_tier_that_ends_in_deny_leaves_nothing_to_those_after_it()
    {
        var endpoint = Endpoint("a", "10.0.0.1") with { Ingress = [new("default", [Policy, Other], RuleAction.Deny)] };
        var host = With(endpoint).WithRules(Policy, [Allow()]).WithRules(Other, [Allow() with { Protocol = Protocol.Tcp }]);

        var table = new FirewallRendering().Render(host);

        Assert.Equal(["jump in/GlobalNetworkPolicy/p", "jump in/NetworkPolicy/shop/q", "counter goto deny/in/tier/default"], Rules(table, Group(table, TableNames.ToEndpoint)));
        Assert.Equal(["meta l4proto 6 counter accept"], Rules(table, "in/NetworkPolicy/shop/q"));
        Assert.Equal(["jump out/Profile/allow-all", "meta mark allowed return", "counter goto deny/out/no-profile"], Rules(table, Group(table, TableNames.FromEndpoint)));
        Assert.Equal(["counter goto allow"], Rules(table, "out/Profile/allow-all"));
    }

    [Fact]
    public void Pass_leaves_the_whole_tier_and_a_tier_with_default_pass_goes_on()
    {
        var endpoint = Endpoint("a", "10.0.0.1") with
        {
            Ingress = [new("first", [Policy, Other], RuleAction.Deny), new("second", [Other], RuleAction.Pass)],
        };
        var host = With(endpoint)
            .WithRules(Policy, [new() { Action = RuleAction.Pass, Protocol = Protocol.Tcp }])
            .WithRules(Other, [new() { Action = RuleAction.Deny, Protocol = Protocol.Udp }]);

        var table = new FirewallRendering().Render(host);

        var group = Group(table, TableNames.ToEndpoint);
        Assert.Equal(
            [$"meta l4proto 6 counter goto {group}/1", "meta l4proto 17 counter goto deny/in/NetworkPolicy/shop/q/0", "counter goto deny/in/tier/first"],
            Rules(table, group));
        Assert.Equal(["jump in/NetworkPolicy/shop/q", $"goto {group}/2"], Rules(table, $"{group}/1"));
        Assert.Equal(["jump in/Profile/allow-all", "counter goto deny/in/no-profile"], Rules(table, $"{group}/2"));
    }

    [Fact]
    public void What_is_denied_is_told_of_at_a_limited_rate_with_a_name_that_gives_the_reason()
    {
        var rendering = new FirewallRendering();
        var table = rendering.Render(HostWith(new() { Action = RuleAction.Deny, Index = 3 }, "10.0.0.1"));

        Assert.Equal(["limit rate 10/second burst 20 packets log prefix \"deny/in/GlobalNetworkPolicy/p/3\" group 6", "drop"], Rules(table, "deny/in/GlobalNetworkPolicy/p/3"));
        var reason = rendering.Denials["deny/in/GlobalNetworkPolicy/p/3"];
        Assert.Equal((PolicyType.Ingress, Policy, 3, false), (reason.Direction, reason.Rules, reason.Rule, reason.IsStaged));
    }

    [Fact]
    public void A_staged_policy_is_gone_through_beside_the_tiers_and_only_told_of()
    {
        var staged = new RulesId("StagedGlobalNetworkPolicy", null, "p");
        var endpoint = Endpoint("a", "10.0.0.1") with { Ingress = [new EndpointTier("default", [Policy], RuleAction.Deny) { Preview = [staged] }] };
        var host = With(endpoint).WithRules(Policy, [Allow()]).WithRules(staged, [new() { Action = RuleAction.Allow, Protocol = Protocol.Tcp }, new() { Action = RuleAction.Deny, Protocol = Protocol.Udp, Index = 1 }]);

        var table = new FirewallRendering().Render(host);

        var group = Group(table, TableNames.ToEndpoint);
        Assert.Equal([$"jump {group}/preview", "jump in/GlobalNetworkPolicy/p", "counter goto deny/in/tier/default"], Rules(table, group));
        Assert.Equal(
            ["meta l4proto 6 counter return", "meta l4proto 17 counter goto would-deny/in/StagedGlobalNetworkPolicy/p/1", "counter goto would-deny/in/tier/default"],
            Rules(table, $"{group}/preview"));
        Assert.Equal(["limit rate 10/second burst 20 packets log prefix \"would-deny/in/tier/default\" group 6"], Rules(table, "would-deny/in/tier/default"));
    }

    [Fact]
    public void A_tier_of_staged_policies_alone_decides_nothing()
    {
        var staged = new RulesId("StagedGlobalNetworkPolicy", null, "p");
        var endpoint = Endpoint("a", "10.0.0.1") with { Ingress = [new EndpointTier("default", [], RuleAction.Deny) { Preview = [staged] }] };

        var table = new FirewallRendering().Render(With(endpoint).WithRules(staged, [new() { Action = RuleAction.Deny }]));

        Assert.IsType<Verdict.Accept>(Decide(table, "calia"));
    }

    [Fact]
    public void A_port_has_a_number_or_a_name_that_stands_for_ports_of_single_addresses()
    {
        var rule = new HostRule { Action = RuleAction.Allow, Protocol = Protocol.Tcp, Destination = new() { Ports = [new(80)], NamedPorts = ["n:http"], NotNamedPorts = ["n:old"] } };
        var host = HostWith(rule, "10.0.0.1") with
        {
            PortSets = HostState.Empty.PortSets
                .Add("n:http", [new(IPAddress.Parse("10.0.0.1"), Protocol.Tcp, 8080), new(IPAddress.Parse("fd00::1"), Protocol.Tcp, 8080)])
                .Add("n:old", []),
        };

        var table = new FirewallRendering().Render(host);

        Assert.Equal(
            [
                "meta nfproto ipv4 meta l4proto 6 th dport 80 ip daddr . meta l4proto . th dport != @ports4/old counter accept",
                "meta nfproto ipv4 meta l4proto 6 ip daddr . meta l4proto . th dport @ports4/http ip daddr . meta l4proto . th dport != @ports4/old counter accept",
            ],
            Rules(table, "in/GlobalNetworkPolicy/p"));
        Assert.Equal("0a000001060000001f900000", Assert.Single(table.Sets["ports4/http"].Elements).First.ToString());
    }

    [Fact]
    public void Workloads_are_kept_from_their_host_where_the_settings_say_so()
    {
        var host = HostState.Empty with { Settings = HostSettings.Default with { EndpointToHostAction = EndpointToHostAction.Drop } };

        Assert.Equal("counter drop", Rules(new FirewallRendering().Render(host), "input-to-host")[^1]);
        Assert.DoesNotContain("input-to-host", new FirewallRendering().Render(HostState.Empty).Chains.Keys);
    }

    [Fact]
    public void Denials_are_answered_where_the_settings_say_so()
    {
        var host = HostWith(new() { Action = RuleAction.Deny }, "10.0.0.1") with { Settings = HostSettings.Default with { DenyAction = DenyAction.Reject } };

        Assert.Equal("reject", Rules(new FirewallRendering().Render(host), "deny/in/GlobalNetworkPolicy/p/0")[^1]);
    }

    [Fact]
    public void Rules_that_are_not_known_drop()
    {
        var endpoint = Endpoint("a", "10.0.0.1") with { Profiles = [Other] };

        var table = new FirewallRendering().Render(With(endpoint));

        Assert.Equal(["counter goto deny/in/unknown/NetworkPolicy/shop/q"], Rules(table, "in/NetworkPolicy/shop/q"));
    }

    [Fact]
    public void Every_field_of_a_rule_is_a_match()
    {
        var rule = new HostRule
        {
            Action = RuleAction.Deny,
            Protocol = Protocol.Tcp,
            Source = new() { Sets = ["s:in"], NotSets = ["s:out"], Ports = [Port.Range(1000, 2000)], NotPorts = [new(1500)] },
            Destination = new() { Nets = [HostPrefix("10.0.0.0/8")], NotNets = [HostPrefix("10.1.0.0/16"), HostPrefix("10.2.0.0/16")], Ports = [new(80), Port.Range(81, 90), new(443)] },
        };

        var table = Render(rule, "10.0.0.1");

        var text = Assert.Single(Rules(table, "in/GlobalNetworkPolicy/p"));
        var ports = table.Sets.Keys.Single(name => name.StartsWith("ports/", StringComparison.Ordinal));
        var nets = table.Sets.Keys.Single(name => name.StartsWith("nets4/", StringComparison.Ordinal));
        Assert.Equal(
            "meta nfproto ipv4 meta l4proto 6 th sport 1000-2000 th sport != 1500 "
            + $"th dport @{ports} ip saddr @hosts4/in ip saddr != @hosts4/out ip daddr 10.0.0.0/8 ip daddr != @{nets} counter goto deny/in/GlobalNetworkPolicy/p/0",
            text);
        Assert.Equal(2, table.Sets[ports].Elements.Count); // 80-90 and 443
    }

    [Theory]
    [InlineData("8.8.8.0/24", 1)] // no part of it for IPv6
    [InlineData("2001:db8::/32", 1)]
    public void A_rule_about_one_familys_networks_is_none_for_the_other(string network, int count)
    {
        var table = Render(new() { Action = RuleAction.Allow, Source = new() { NotNets = [HostPrefix(network)] } }, "10.0.0.1", "fd00::1");

        Assert.Equal(count, Rules(table, "in/GlobalNetworkPolicy/p").Count);
    }

    [Fact]
    public void A_rule_about_addresses_is_made_for_the_families_that_endpoints_have()
    {
        var rule = new HostRule { Action = RuleAction.Allow, Source = new() { Sets = ["s:x"] } };

        Assert.Equal(["meta nfproto ipv4 ip saddr @hosts4/x counter accept"], Rules(Render(rule, "10.0.0.1"), "in/GlobalNetworkPolicy/p"));
        Assert.Equal(2, Rules(Render(rule, "10.0.0.1", "fd00::1"), "in/GlobalNetworkPolicy/p").Count);
    }

    [Fact]
    public void Ports_without_a_protocol_are_those_of_all_protocols_that_have_ports() => Assert.Equal(
        ["meta l4proto 6 th dport 53 counter accept", "meta l4proto 17 th dport 53 counter accept", "meta l4proto 132 th dport 53 counter accept"],
        Rules(Render(new() { Action = RuleAction.Allow, Destination = new() { Ports = [new(53)] } }, "10.0.0.1"), "in/GlobalNetworkPolicy/p"));

    [Fact]
    public void Icmp_is_matched_by_type_and_code() => Assert.Equal(
        ["meta l4proto 1 icmp type 8 code 0 icmp type != 3 counter accept"],
        Rules(
            Render(
                new()
                {
                    Action = RuleAction.Allow,
                    Protocol = Protocol.Icmp,
                    Icmp = new() { Type = 8, Code = 0 },
                    NotIcmp = new() { Type = 3 },
                },
                "10.0.0.1"),
            "in/GlobalNetworkPolicy/p"));

    [Fact]
    public void A_set_of_addresses_is_hashed_and_one_with_prefixes_is_merged_into_ranges()
    {
        var rule = new HostRule { Action = RuleAction.Allow, Source = new() { Sets = ["s:hosts", "s:nets"] } };
        var host = HostWith(rule, "10.0.0.1").WithSet("s:hosts", "10.0.0.1", "10.0.0.2", "fd00::1").WithSet("s:nets", "10.0.0.0/25", "10.0.0.128/25", "10.0.0.7", "11.0.0.0/8");

        var table = new FirewallRendering().Render(host);

        Assert.Equal(2, table.Sets["hosts4/hosts"].Elements.Count);
        Assert.False(table.Sets["hosts4/hosts"].IsInterval);
        Assert.True(table.Sets["nets4/nets"].IsInterval);
        Assert.Equal(
            [SetElement.Of(HostPrefix("10.0.0.0/24")), SetElement.Of(HostPrefix("11.0.0.0/8"))],
            table.Sets["nets4/nets"].Elements.OrderBy(element => element.First));
    }

    [Fact]
    public void A_set_whose_addresses_are_the_same_object_is_not_made_again()
    {
        var rendering = new FirewallRendering();
        var host = HostWith(new() { Action = RuleAction.Allow, Source = new() { Sets = ["s:x"] } }, "10.0.0.1").WithSet("s:x", "10.0.0.1");

        var before = rendering.Render(host);
        var after = rendering.Render(host with { LocalBlocks = [HostPrefix("10.0.0.0/26")] });

        Assert.Same(before.Sets["hosts4/x"], after.Sets["hosts4/x"]);
    }

    [Fact]
    public void Only_what_leaves_all_pools_from_a_natted_one_is_masqueraded()
    {
        var host = HostState.Empty with { Pools = [HostPrefix("10.0.0.0/16"), HostPrefix("10.1.0.0/16")], NatOutgoingPools = [HostPrefix("10.0.0.0/16")] };

        var table = new FirewallRendering().Render(host);

        Assert.Equal(["meta nfproto ipv4 ip saddr @nat-pools4 ip daddr != @pools4 masquerade"], Rules(table, "nat-outgoing"));
        Assert.Equal([SetElement.Of(HostPrefix("10.0.0.0/15"))], table.Sets["pools4"].Elements);
    }

    [Fact]
    public void Ranges_up_to_the_last_address_merge_without_running_over() => Assert.Equal(
        [SetElement.Of(new IPNetwork(IPAddress.Any, 0))],
        SetElement.Merge([SetElement.Of(HostPrefix("255.0.0.0/8")), SetElement.Of(new IPNetwork(IPAddress.Any, 0)), SetElement.Of(HostPrefix("255.255.255.255"))]));

    [Fact]
    public void A_rules_tag_tells_one_rule_from_another()
    {
        var rule = new FirewallRule(new Verdict.Accept(), [new Match.OfProtocol(Protocol.Tcp)], "p rule 0");

        Assert.Equal(rule.Tag, new FirewallRule(new Verdict.Accept(), [new Match.OfProtocol(Protocol.Tcp)], "p rule 0").Tag);
        Assert.NotEqual(rule.Tag, (rule with { Verdict = new Verdict.Drop() }).Tag);
        Assert.StartsWith("p rule 0 ", rule.Tag, StringComparison.Ordinal);
        Assert.True((rule with { Origin = new string('x', 500) }).Tag.Length < 128);
    }

    private static Verdict? Decide(FirewallTable table, string interfaceName) => new TableInterpreter(table).Decide(
        "forward",
        new() { Source = IPAddress.Parse("10.9.9.9"), Destination = IPAddress.Parse("10.0.0.1"), Protocol = 6, SourcePort = 1, DestinationPort = 2, InterfaceIn = "eth0", InterfaceOut = interfaceName });

    private static HostRule Allow() => new() { Action = RuleAction.Allow };

    private static HostState HostWith(HostRule rule, params string[] addresses) =>
        With(Endpoint("a", addresses) with { Ingress = [new("default", [Policy], RuleAction.Deny)] }).WithRules(Policy, [rule]);

    private static FirewallTable Render(HostRule rule, params string[] addresses) => new FirewallRendering().Render(HostWith(rule, addresses));

    private static IReadOnlyList<string> Rules(FirewallTable table, string chain) => [.. table.Chains[chain].Rules.Select(rule => rule.ToString())];

    private static string Group(FirewallTable table, string map) => Assert.Single(table.Sets[map].Elements).Chain ?? "";
}
