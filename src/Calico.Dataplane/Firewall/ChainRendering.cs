using System.Collections.Immutable;
using Calico.Model.Hosts;
using Calico.Model.Resources.Specs;
using Calico.Model.Values;

namespace Calico.Dataplane.Firewall;

/// <summary>Makes the chains that policy needs, each once: one a policy and direction, and one a group of endpoints.</summary>
/// <remarks>
/// Endpoints with the same policies in the same order share a group, so that another endpoint of a known kind adds elements and no chain:
/// the kernel checks all chains of a table again when one gets a rule, but not when a set gets an element.
/// </remarks>
internal sealed class ChainRendering(HostState host, RuleRendering rules)
{
    private readonly Dictionary<string, FirewallChain> _chains = [];

    public ImmutableDictionary<string, FirewallChain> Chains => _chains.ToImmutableDictionary();

    public void Add(FirewallChain chain) => _chains[chain.Name] = chain;

    /// <returns>The chain's name.</returns>
    /// <param name="endpoint">One of the group.</param>
    /// <param name="ingress">What comes to it, or what it sends.</param>
    public string Group(LocalEndpoint endpoint, bool ingress)
    {
        var tiers = ingress ? endpoint.Ingress : endpoint.Egress;
        var name = TableNames.Group(ingress ? Direction.Out : Direction.In, $"{tiers} {endpoint.Profiles}");
        if (!_chains.ContainsKey(name))
            Add(new(name, Hook: null, GroupRules(name, tiers, endpoint.Profiles, ingress).ToValueList()));
        return name;
    }

    private List<FirewallRule> GroupRules(string name, ValueList<EndpointTier> tiers, ValueList<RulesId> profiles, bool ingress)
    {
        var steps = new List<FirewallRule>();
        foreach (var tier in tiers)
        {
            var canPass = tier.Policies.Any(policy => RulesOf(policy, ingress)?.Any(rule => rule.Action == RuleAction.Pass) != false);
            if (canPass)
            {
                steps.Add(new(new Verdict.Jump(TierChain(name, tier, ingress)), [], $"tier {tier.Name}"));
                continue;
            }

            steps.AddRange(Jumps(tier.Policies, ingress));
            if (tier.DefaultAction == RuleAction.Pass)
                continue;

            steps.Add(new(new Verdict.Drop(), [], $"end of tier {tier.Name}", IsCounted: true));
            return steps; // nothing comes so far as the next tier
        }

        steps.AddRange(Jumps(profiles, ingress));
        steps.Add(new(new Verdict.Drop(), [], "no profile allowed it", IsCounted: true));
        return steps;
    }

    private IEnumerable<FirewallRule> Jumps(IEnumerable<RulesId> ids, bool ingress) =>
        from id in ids
        where RulesOf(id, ingress) is not { Count: 0 }
        select new FirewallRule(new Verdict.Jump(RulesChain(id, ingress)), []);

    /// <summary>Pass leaves the whole tier, so the policies of such a tier stand in one chain: to return from it is to pass.</summary>
    private string TierChain(string group, EndpointTier tier, bool ingress)
    {
        var name = $"{group}/{tier.Name}";
        var steps = tier.Policies.SelectMany(policy => Rendered(policy, ingress)).ToList();
        if (tier.DefaultAction != RuleAction.Pass)
            steps.Add(new(new Verdict.Drop(), [], $"end of tier {tier.Name}", IsCounted: true));
        Add(new(name, Hook: null, steps.ToValueList()));
        return name;
    }

    private string RulesChain(RulesId id, bool ingress)
    {
        var name = TableNames.Rules(id, ingress);
        if (!_chains.ContainsKey(name))
            Add(new(name, Hook: null, Rendered(id, ingress).ToValueList()));
        return name;
    }

    private IEnumerable<FirewallRule> Rendered(RulesId id, bool ingress)
    {
        if (RulesOf(id, ingress) is not { } list)
            return [new(new Verdict.Drop(), [], $"{id} is not known", IsCounted: true)];

        return list.SelectMany((rule, index) => rules.Render(rule, $"{id} rule {index}", pass: new Verdict.Return()));
    }

    private ValueList<HostRule>? RulesOf(RulesId id, bool ingress) =>
        host.Rules.TryGetValue(id, out var found) ? ingress ? found.Ingress : found.Egress : null;
}
