using System.Net;
using Calico.Calc.Evaluation;
using Calico.Model.Hosts;
using Calico.Model.Resources.Specs;
using Calico.Model.Values;

namespace Calico.Tests.Calc.Evaluation;

public sealed class PolicyEvaluatorTests
{
    private static readonly RulesId First = new("GlobalNetworkPolicy", Namespace: null, "first");
    private static readonly RulesId Second = new("GlobalNetworkPolicy", Namespace: null, "second");
    private static readonly RulesId Staged = new("StagedGlobalNetworkPolicy", Namespace: null, "first");
    private static readonly RulesId Profile = new("Profile", Namespace: null, "profile");

    private static readonly IPAddress A = IPAddress.Parse("10.0.0.1");
    private static readonly IPAddress B = IPAddress.Parse("10.0.0.2");

    [Fact]
    public void An_endpoint_with_neither_policy_nor_profile_is_closed()
    {
        var decision = new PolicyEvaluator(HostState.Empty).Decide(Endpoint([]), PolicyType.Ingress, Tcp(80));

        Assert.False(decision.IsAllowed);
        Assert.Equal(DecisionCause.NoProfile, decision.Cause);
    }

    [Fact]
    public void A_rule_is_named_by_its_place_in_the_users_list_also_where_places_are_missing()
    {
        var state = With((First, [Allow(3, port: 80)]));

        var decision = new PolicyEvaluator(state).Decide(Endpoint([new("default", [First], RuleAction.Deny)]), PolicyType.Ingress, Tcp(80));

        Assert.True(decision.IsAllowed);
        Assert.Equal("GlobalNetworkPolicy(first) ingress[3]", decision.ToString());
    }

    [Fact]
    public void Pass_leaves_the_tier_and_the_end_of_a_tier_denies_only_where_a_policy_applies()
    {
        var state = With(
            (First, [new() { Action = RuleAction.Pass, Protocol = Protocol.Tcp }]),
            (Second, [Allow(0, port: 80)]),
            (Profile, [new() { Action = RuleAction.Allow }]));
        var evaluator = new PolicyEvaluator(state);
        var endpoint = Endpoint([new("a", [First], RuleAction.Deny), new("staged", [], RuleAction.Deny), new("b", [Second], RuleAction.Pass)], Profile);

        Assert.Equal("GlobalNetworkPolicy(second) ingress[0]", evaluator.Decide(endpoint, PolicyType.Ingress, Tcp(80)).ToString());
        Assert.Equal("Profile(profile) ingress[0]", evaluator.Decide(endpoint, PolicyType.Ingress, Tcp(81)).ToString());
        Assert.Equal("end of tier a", evaluator.Decide(endpoint, PolicyType.Ingress, Packet.Echo(A, B)).ToString());
    }

    [Fact]
    public void A_log_rule_is_passed_over_and_shows_in_the_trace()
    {
        var state = With((First, [new() { Action = RuleAction.Log }, new() { Action = RuleAction.Deny, Index = 1 }]));

        var trace = new PolicyEvaluator(state).Explain(Endpoint([new("default", [First], RuleAction.Deny)]), PolicyType.Ingress, Tcp(80));

        Assert.Equal([RuleAction.Log, RuleAction.Deny], trace.Steps.Select(step => step.Action));
        Assert.All(trace.Steps, step => Assert.Equal(RulePart.None, step.Mismatch));
        Assert.Equal("GlobalNetworkPolicy(first) ingress[1]", trace.Decision.ToString());
    }

    [Fact]
    public void A_staged_policy_decides_in_the_preview_alone()
    {
        var state = With((Staged, [new() { Action = RuleAction.Deny }]), (Profile, [new() { Action = RuleAction.Allow }]));
        var endpoint = Endpoint([new EndpointTier("default", [], RuleAction.Deny) { Preview = [Staged] }], Profile);

        Assert.True(new PolicyEvaluator(state).Decide(endpoint, PolicyType.Ingress, Tcp(80)).IsAllowed);
        Assert.Equal("StagedGlobalNetworkPolicy(first) ingress[0]", new PolicyEvaluator(state, isPreview: true).Decide(endpoint, PolicyType.Ingress, Tcp(80)).ToString());
    }

    [Fact]
    public void Nets_of_one_family_say_nothing_of_the_other_wanted_or_not()
    {
        var rule = new HostRule { Action = RuleAction.Allow, Source = new() { NotNets = [IPNetwork.Parse("10.0.0.1/32")] } };
        var state = With((First, [rule]));
        var endpoint = Endpoint([new("default", [First], RuleAction.Deny)]);
        var evaluator = new PolicyEvaluator(state);

        Assert.False(evaluator.Decide(endpoint, PolicyType.Ingress, Tcp(80)).IsAllowed);
        Assert.True(evaluator.Decide(endpoint, PolicyType.Ingress, Tcp(80) with { Source = IPAddress.Parse("10.0.0.3") }).IsAllowed);
        Assert.False(evaluator.Decide(endpoint, PolicyType.Ingress, Packet.Echo(IPAddress.Parse("fd00::1"), IPAddress.Parse("fd00::2"))).IsAllowed);
    }

    [Theory]
    [InlineData(6, true)]
    [InlineData(17, true)]
    [InlineData(132, true)]
    [InlineData(1, false)]
    [InlineData(136, false)]
    public void A_rule_about_ports_is_about_protocols_that_have_them(byte protocol, bool isAllowed)
    {
        var ports = With((First, [new() { Action = RuleAction.Allow, Destination = new() { Ports = [Port.Range(1, 65535)] } }]));
        var others = With((First, [new() { Action = RuleAction.Allow, Destination = new() { NotPorts = [new(81)] } }]));
        var endpoint = Endpoint([new("default", [First], RuleAction.Deny)]);
        var packet = Tcp(80) with { Protocol = new(protocol) };

        Assert.Equal(isAllowed, new PolicyEvaluator(ports).Decide(endpoint, PolicyType.Ingress, packet).IsAllowed);
        Assert.Equal(isAllowed, new PolicyEvaluator(others).Decide(endpoint, PolicyType.Ingress, packet).IsAllowed);
    }

    [Fact]
    public void Failsafe_ports_of_a_host_endpoint_come_before_its_policy_and_what_passes_through_has_none()
    {
        var state = With((First, [new() { Action = RuleAction.Deny }]));
        var tiers = new ValueList<EndpointTier>[] { [new("default", [First], RuleAction.Deny)] }[0];
        var host = new LocalHostEndpoint { Id = "eth0", Normal = new(tiers, []), Forward = new(tiers, []), Untracked = new(tiers, []) };
        var evaluator = new PolicyEvaluator(state);

        Assert.Equal(DecisionCause.Failsafe, evaluator.Decide(host, HostStage.Normal, PolicyType.Ingress, Tcp(22))?.Cause);
        Assert.Equal(DecisionCause.Failsafe, evaluator.Decide(host, HostStage.Untracked, PolicyType.Ingress, Tcp(22))?.Cause);
        Assert.False(evaluator.Decide(host, HostStage.Forward, PolicyType.Ingress, Tcp(22))?.IsAllowed);
        Assert.False(evaluator.Decide(host, HostStage.Normal, PolicyType.Ingress, Tcp(80))?.IsAllowed);
        Assert.Null(evaluator.Decide(host, HostStage.PreDnat, PolicyType.Ingress, Tcp(80)));
    }

    private static HostState With(params (RulesId Id, HostRule[] Ingress)[] rules) => HostState.Empty with
    {
        Rules = HostState.Empty.Rules.AddRange(rules.Select(pair => KeyValuePair.Create(pair.Id, new HostRules(pair.Ingress.ToValueList(), [])))),
    };

    private static LocalEndpoint Endpoint(ValueList<EndpointTier> ingress, params RulesId[] profiles) =>
        new() { Id = "default/b", Interface = "calib", Addresses = [], Ingress = ingress, Profiles = profiles.ToValueList() };

    private static HostRule Allow(int index, ushort port) =>
        new() { Action = RuleAction.Allow, Index = index, Protocol = Protocol.Tcp, Destination = new() { Ports = [new(port)] } };

    private static Packet Tcp(ushort port) => new() { Source = A, Destination = B, Protocol = Protocol.Tcp, DestinationPort = port };
}
