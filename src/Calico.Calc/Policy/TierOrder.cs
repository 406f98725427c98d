using Calico.Model.Hosts;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Calico.Model.Values;

namespace Calico.Calc.Policy;

/// <summary>A node of the calculation graph: the tiers and how an endpoint's policies are ordered in them.</summary>
internal sealed class TierOrder
{
    public const string Default = "default";

    /// <summary>Tiers that exist in every cluster, with what is fixed of them.</summary>
    private static readonly Dictionary<string, TierSpec> BuiltIn = new()
    {
        ["kube-admin"] = new() { Order = 1_000, DefaultAction = RuleAction.Pass },
        [Default] = new() { Order = DefaultOrder, DefaultAction = RuleAction.Deny },
        ["kube-baseline"] = new() { Order = 10_000_000, DefaultAction = RuleAction.Pass },
    };

    private const double DefaultOrder = 1_000_000;

    private readonly Dictionary<string, TierSpec> _tiers = [];

    /// <returns>False if it is as before.</returns>
    public bool OnTier(string name, Resource<TierSpec>? tier)
    {
        if (tier?.Spec == _tiers.GetValueOrDefault(name))
            return false;

        _tiers.Become(name, tier?.Spec);
        return true;
    }

    public bool Knows(string tier) => BuiltIn.ContainsKey(tier) || _tiers.ContainsKey(tier);

    /// <summary>Sorts the policies of one endpoint, stage and direction into their tiers.</summary>
    /// <remarks>A tier that nobody made comes after all others and ends in deny: its policies hold, and nothing slips past them.</remarks>
    /// <param name="policies">Those that apply, staged ones too.</param>
    /// <param name="isReplaced">Whether a staged policy stands in for one.</param>
    public ValueList<EndpointTier> Arrange(IEnumerable<ActivePolicy> policies, Func<ActivePolicy, bool> isReplaced) => policies
        .GroupBy(policy => policy.Tier)
        .OrderBy(tier => OrderOf(tier.Key))
        .ThenBy(tier => tier.Key, StringComparer.Ordinal)
        .Select(tier => Arrange(tier.Key, [.. tier.OrderBy(policy => policy.Order).ThenBy(policy => policy.OrderKey, StringComparer.Ordinal)], isReplaced))
        .ToValueList();

    private EndpointTier Arrange(string name, List<ActivePolicy> policies, Func<ActivePolicy, bool> isReplaced)
    {
        var enforced = policies.Where(policy => !policy.IsStaged).Select(policy => policy.Id).ToValueList();
        var tier = new EndpointTier(name, enforced, Spec(name)?.DefaultAction == RuleAction.Pass ? RuleAction.Pass : RuleAction.Deny);
        return policies.Any(policy => policy.IsStaged || isReplaced(policy))
            ? tier with { Preview = policies.Where(policy => !isReplaced(policy)).Select(policy => policy.Id).ToValueList() }
            : tier;
    }

    private double OrderOf(string tier) => Spec(tier) is { } spec ? spec.Order ?? DefaultOrder : double.PositiveInfinity;

    private TierSpec? Spec(string tier) => BuiltIn.GetValueOrDefault(tier) ?? _tiers.GetValueOrDefault(tier);
}
