using Calico.Calc.Evaluation;
using Calico.Ctl.Input;
using Calico.Model.Hosts;
using Calico.Model.Resources.Specs;

namespace Calico.Ctl.Policy;

/// <summary>Says where a rule stands in the files that it was read from.</summary>
internal sealed class RulePlaces(IEnumerable<ManifestResource> resources)
{
    private readonly Dictionary<RulesId, SourcePlace> _places = resources
        .GroupBy(item => new RulesId(item.Resource.Kind.Name, item.Resource.Metadata.Namespace, item.Resource.Metadata.Name))
        .ToDictionary(group => group.Key, group => group.Last().Place);

    /// <summary>Of a rule in no file its reference alone: <c>GlobalNetworkPolicy(db) ingress[0]</c>, else with <c>(db.yaml:12)</c> behind it.</summary>
    public string Describe(RuleRef rule) => _places.TryGetValue(rule.Rules, out var place) ? $"{rule} ({place.Of(PathOf(rule))})" : rule.ToString();

    public string Describe(Decision decision) => (decision.IsAllowed ? "allowed by " : "denied by ") + (decision.Rule is { } rule ? Describe(rule) : decision.ToString());

    private static string PathOf(RuleRef rule) => $"spec.{(rule.Direction == PolicyType.Ingress ? "ingress" : "egress")}[{rule.Index}]";
}
