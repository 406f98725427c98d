using Calico.Dataplane.Firewall;
using Calico.Model.Hosts;
using Calico.Model.Resources.Specs;
using Calico.Model.Values;
using FsCheck;
using FsCheck.Fluent;
using static Calico.Tests.Dataplane.HostStates;

namespace Calico.Tests.Dataplane;

public sealed class FirewallRoundTests
{
    private static readonly Gen<HostState> Hosts =
        from names in Gen.SubListOf("a", "b", "c")
        from policies in Gen.SubListOf("p", "q", "r")
        from actions in Gen.Elements(RuleAction.Allow, RuleAction.Deny, RuleAction.Pass, RuleAction.Log).ListOf(3)
        from networks in Gen.SubListOf("10.0.0.1", "10.0.0.2", "10.0.1.0/24", "10.0.0.0/16", "fd00::1", "fd00::/64")
        from nat in Gen.Elements(true, false)
        select Make([.. names], [.. policies], actions, [.. networks], nat);

    [Fact]
    public void From_any_table_one_batch_reaches_any_other() => Prop
        .ForAll(Hosts.ToArbitrary(), Hosts.ToArbitrary(), (before, after) =>
        {
            var rendering = new FirewallRendering();
            var (old, wanted) = (rendering.Render(before), rendering.Render(after));
            var kernel = new FakeFirewall();
            kernel.Become(old);

            Assert.Null(kernel.Apply(FirewallPlan.Between(kernel.Read(), wanted)));

            AssertSame(wanted, kernel.ToTable());
            Assert.Empty(FirewallPlan.Between(kernel.Read(), wanted));
        })
        .QuickCheckThrowOnFailure();

    [Fact]
    public void A_table_that_follows_changes_of_sets_is_the_one_made_from_scratch() => Prop
        .ForAll(Hosts.ToArbitrary(), Hosts.ToArbitrary(), (host, other) =>
        {
            var rendering = new FirewallRendering();
            var kernel = new FakeFirewall();
            var round = new FirewallRound(kernel);
            foreach (var state in new[] { host, host with { AddressSets = other.AddressSets }, host, other })
            {
                round.Reconcile(rendering.Render(state));

                AssertSame(new FirewallRendering().Render(state), kernel.ToTable());
            }
        })
        .QuickCheckThrowOnFailure();

    [Fact]
    public void A_table_that_is_not_there_is_made_in_one_batch()
    {
        var kernel = new FakeFirewall();
        var wanted = new FirewallRendering().Render(With(Endpoint("a", "10.0.0.1")));

        Assert.Equal((true, true), Summary(new FirewallRound(kernel).Reconcile(wanted)));

        Assert.Equal(1, kernel.Batches);
        AssertSame(wanted, kernel.ToTable());
    }

    [Fact]
    public void A_right_table_is_adopted_without_a_write()
    {
        var kernel = new FakeFirewall();
        var wanted = new FirewallRendering().Render(With(Endpoint("a", "10.0.0.1")));
        kernel.Become(wanted);

        Assert.Equal((false, true), Summary(new FirewallRound(kernel).Reconcile(wanted)));

        Assert.Equal(0, kernel.Batches);
    }

    [Fact]
    public void A_changed_address_is_an_element_and_no_chain_is_touched()
    {
        var rendering = new FirewallRendering();
        var host = Make(["a"], ["p"], [RuleAction.Allow, RuleAction.Allow, RuleAction.Allow], ["10.0.0.1"], nat: false);
        var before = rendering.Render(host);
        var after = rendering.Render(host.WithSet("s:x", "10.0.0.1", "10.0.0.2"));
        var kernel = new FakeFirewall();
        kernel.Become(before);

        var step = Assert.Single(FirewallPlan.Between(kernel.Read(), after));

        Assert.Equal([SetElement.Of(HostPrefix("10.0.0.2"))], Assert.IsType<FirewallStep.AddElements>(step).Elements);
    }

    [Fact]
    public void Another_endpoint_of_a_known_kind_adds_elements_only()
    {
        var rendering = new FirewallRendering();
        var kernel = new FakeFirewall();
        kernel.Become(rendering.Render(With(Endpoint("a", "10.0.0.1"))));

        var steps = FirewallPlan.Between(kernel.Read(), rendering.Render(With(Endpoint("a", "10.0.0.1"), Endpoint("b", "10.0.0.2"))));

        Assert.All(steps, step => Assert.IsType<FirewallStep.AddElements>(step));
        Assert.Equal(3, steps.Count);
    }

    [Fact]
    public void A_rule_that_somebody_edited_is_put_right_in_its_chain_alone()
    {
        var wanted = new FirewallRendering().Render(With(Endpoint("a", "10.0.0.1")));
        var chain = wanted.Chains["forward"];
        var kernel = new FakeFirewall();
        kernel.Become(wanted with { Chains = new Dictionary<string, FirewallChain>(wanted.Chains) { [chain.Name] = chain with { Rules = chain.Rules.Reverse().ToValueList() } } });

        var steps = FirewallPlan.Between(kernel.Read(), wanted);

        Assert.Equal(["FlushChain", "AddRules"], steps.Select(step => step.GetType().Name));
        Assert.Null(kernel.Apply(steps));
        AssertSame(wanted, kernel.ToTable());
    }

    [Fact]
    public void A_set_of_another_kind_under_our_name_is_beyond_repair_and_the_table_is_made_anew()
    {
        var wanted = new FirewallRendering().Render(With(Endpoint("a", "10.0.0.1")));
        var kernel = new FakeFirewall();
        kernel.Become(wanted with { Sets = new Dictionary<string, FirewallSet>(wanted.Sets) { ["sources4"] = wanted.Sets["sources4"] with { Key = SetKeyKind.Port, Elements = [] } } });

        Assert.Empty(new FirewallRound(kernel).Reconcile(wanted).Problems);

        AssertSame(wanted, kernel.ToTable());
    }

    [Fact]
    public void What_was_remembered_wrongly_heals_in_the_same_round()
    {
        var rendering = new FirewallRendering();
        var kernel = new FakeFirewall();
        var round = new FirewallRound(kernel);
        round.Reconcile(rendering.Render(With(Endpoint("a", "10.0.0.1"))));
        kernel.Become(FirewallTable.Empty); // behind our back, and no notice came

        var wanted = rendering.Render(With(Endpoint("b", "10.0.0.2")));
        Assert.Empty(round.Reconcile(wanted).Problems);

        AssertSame(wanted, kernel.ToTable());
    }

    [Fact]
    public void A_refusal_is_a_problem_and_is_tried_again()
    {
        var kernel = new FakeFirewall { Refuses = "no memory" };
        var round = new FirewallRound(kernel);
        var wanted = new FirewallRendering().Render(HostState.Empty);

        var outcome = round.Reconcile(wanted);
        Assert.True(outcome.IsRefused);
        Assert.Contains("no memory", Assert.Single(outcome.Problems), StringComparison.Ordinal);

        kernel.Refuses = null;
        Assert.Empty(round.Reconcile(wanted).Problems);
    }

    [Fact]
    public void What_the_kernel_will_not_take_is_left_out_what_rests_on_it_is_closed_and_all_else_applied()
    {
        var (good, bad) = (new RulesId("GlobalNetworkPolicy", null, "good"), new RulesId("GlobalNetworkPolicy", null, "bad"));
        var host = With(
                Endpoint("a", "10.0.0.1") with { Ingress = [new EndpointTier("default", [good, bad], RuleAction.Deny)] },
                Endpoint("b", "10.0.0.2") with { Ingress = [new EndpointTier("default", [good], RuleAction.Deny)] })
            .WithRules(good, [new() { Action = RuleAction.Allow, Source = new() { Sets = ["s:x"] } }])
            .WithRules(bad, [new() { Action = RuleAction.Allow, Source = new() { Sets = ["s:big"] } }])
            .WithSet("s:x", "10.0.0.9")
            .WithSet("s:big", "10.1.0.1", "10.1.0.2");
        var kernel = new FakeFirewall { RefusedObjects = { "hosts4/big" } };
        var wanted = new FirewallRendering().Render(host);

        var outcome = new FirewallRound(kernel).Reconcile(wanted);

        Assert.False(outcome.IsRefused);
        Assert.Contains("set hosts4/big is left out: no room for hosts4/big; closed for it: in/GlobalNetworkPolicy/bad", Assert.Single(outcome.Problems), StringComparison.Ordinal);
        var table = kernel.ToTable();
        Assert.NotNull(table);
        Assert.Equal(["counter drop"], table.Chains["in/GlobalNetworkPolicy/bad"].Rules.Select(rule => rule.ToString()));
        Assert.Equal(wanted.Chains["in/GlobalNetworkPolicy/good"], table.Chains["in/GlobalNetworkPolicy/good"]);
    }

    [Fact]
    public void A_set_larger_than_is_taken_is_not_even_tried()
    {
        var host = Make(["a"], ["p"], [RuleAction.Allow, RuleAction.Allow, RuleAction.Allow], ["10.0.0.1", "10.0.0.2", "10.0.0.3"], nat: false);
        var kernel = new FakeFirewall();

        var outcome = new FirewallRound(kernel, largestSet: 2).Reconcile(new FirewallRendering().Render(host));

        Assert.Contains("it has 3 elements, and at most 2 are taken", Assert.Single(outcome.Problems), StringComparison.Ordinal);
        Assert.False(outcome.IsRefused);
    }

    [Fact]
    public void A_change_by_somebody_else_is_known_from_one_of_our_own()
    {
        var kernel = new FakeFirewall();
        var round = new FirewallRound(kernel);
        var wanted = new FirewallRendering().Render(With(Endpoint("a", "10.0.0.1")));
        Assert.False(round.Reconcile(wanted).IsTampered);

        kernel.Become(FirewallTable.Empty);
        round.Distrust();

        Assert.True(round.Reconcile(wanted).IsTampered);
        Assert.False(round.Reconcile(wanted).IsTampered);
    }

    private static (bool Changed, bool IsFine) Summary(FirewallOutcome outcome) => (outcome.Changed, outcome.Problems.IsEmpty && !outcome.IsRefused);

    private static HostState Make(List<string> names, List<string> policies, List<RuleAction> actions, string[] networks, bool nat)
    {
        var ids = policies.Select(name => new RulesId("GlobalNetworkPolicy", null, name)).ToValueList();
        var host = With([.. names.Select((name, index) => Endpoint(name, $"10.0.0.{index + 1}", $"fd00::{index + 1}") with
        {
            Ingress = ids.Count > 0 ? [new EndpointTier("default", ids, RuleAction.Deny)] : [],
        })]).WithSet("s:x", networks);
        for (var i = 0; i < ids.Count; i++)
            host = host.WithRules(ids[i], [new() { Action = actions[i], Source = new() { Sets = ["s:x"], Ports = [new(80), new(443)] } }]);
        return nat ? host with { Pools = [HostPrefix("10.0.0.0/16")], NatOutgoingPools = [HostPrefix("10.0.0.0/16")] } : host;
    }

    private static void AssertSame(FirewallTable expected, FirewallTable? actual)
    {
        Assert.NotNull(actual);
        Assert.Equal(expected.Chains.OrderBy(chain => chain.Key), actual.Chains.OrderBy(chain => chain.Key));
        Assert.Equal(expected.Sets.OrderBy(set => set.Key), actual.Sets.OrderBy(set => set.Key));
    }
}
