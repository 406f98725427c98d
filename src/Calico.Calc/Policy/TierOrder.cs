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

    public void OnTier(string name, Resource<TierSpec>? tier) => _tiers.Become(name, tier?.Spec);

    public bool Knows(string tier) => BuiltIn.ContainsKey(tier) || _tiers.ContainsKey(tier);

    /// <summary>Sorts the policies of one endpoint and direction into their tiers.</summary>
    /// <remarks>A tier that nobody made comes after all others and ends in deny: its policies hold, and nothing slips past them.</remarks>
    public ValueList<EndpointTier> Arrange(IEnumerable<ActivePolicy> policies) => policies
        .GroupBy(policy => policy.Tier)
        .OrderBy(tier => OrderOf(tier.Key))
        .ThenBy(tier => tier.Key, StringComparer.Ordinal)
        .Select(tier => new EndpointTier(
            tier.Key,
            tier.OrderBy(policy => policy.Order).ThenBy(policy => policy.OrderKey, StringComparer.Ordinal).Select(policy => policy.Id).ToValueList(),
            Spec(tier.Key)?.DefaultAction == RuleAction.Pass ? RuleAction.Pass : RuleAction.Deny))
        .ToValueList();

    private double OrderOf(string tier) => Spec(tier) is { } spec ? spec.Order ?? DefaultOrder : double.PositiveInfinity;

    private TierSpec? Spec(string tier) => BuiltIn.GetValueOrDefault(tier) ?? _tiers.GetValueOrDefault(tier);
}
