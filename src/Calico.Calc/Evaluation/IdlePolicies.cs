using Calico.Calc.Policy;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Calico.Model.Selectors;

namespace Calico.Calc.Evaluation;

/// <summary>What is allowed and yet hardly meant: policies that no endpoint has, ports that no endpoint calls so.</summary>
public static class IdlePolicies
{
    extension(ClusterPolicy cluster)
    {
        /// <summary>In words, in order of the resources' names; empty if there are none.</summary>
        public IEnumerable<string> Idle() => cluster.Resources.Values.OfType<Resource<PolicySpec>>()
            .OrderBy(policy => policy.ToString(), StringComparer.Ordinal)
            .SelectMany(cluster.IdleParts);

        /// <summary>Of one policy.</summary>
        public IEnumerable<string> IdleParts(Resource<PolicySpec> policy)
        {
            if (policy.Spec.StagedAction is StagedAction.Delete or StagedAction.Ignore)
                yield break;

            if (Selected(policy) is { } selector && !cluster.AllLabels.Any(selector.Matches))
                yield return $"{policy} selects no endpoint: {selector}";

            foreach (var name in PortNames(policy.Spec).Where(name => !cluster.PortNames.Contains(name)))
                yield return $"{policy} names the port '{name}', which no endpoint has: no packet matches it";
        }
    }

    private static Selector? Selected(Resource<PolicySpec> policy)
    {
        try
        {
            return EffectiveSelectors.OfPolicy(policy.Metadata.Namespace, policy.Spec);
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private static IEnumerable<string> PortNames(PolicySpec policy) => new[] { policy.Ingress, policy.Egress }
        .SelectMany(rules => rules ?? [])
        .SelectMany(rule => new[] { rule.Source, rule.Destination })
        .SelectMany(side => side?.Ports ?? [])
        .Select(port => port.Name)
        .OfType<string>()
        .Distinct(StringComparer.Ordinal);
}
