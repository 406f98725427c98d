using Calico.Model.Resources.Specs;

namespace Calico.Model.Hosts;

/// <summary>Names a policy or profile on a host, as messages and counters show it.</summary>
/// <param name="Kind">GlobalNetworkPolicy, NetworkPolicy, one of these with Staged before it, or Profile.</param>
public readonly record struct RulesId(string Kind, string? Namespace, string Name)
{
    /// <summary>Evaluated and counted, never enforced.</summary>
    public bool IsStaged => Kind?.StartsWith("Staged", StringComparison.Ordinal) == true;

    public override string ToString() => Namespace is null ? $"{Kind}({Name})" : $"{Kind}({Namespace}/{Name})";
}

/// <summary>Names one rule by its place in the resource that a user wrote: as stable as that text is.</summary>
/// <param name="Rules">The policy or profile.</param>
/// <param name="Direction">Which of its two lists.</param>
/// <param name="Index">The place there, from 0, as <see cref="HostRule.Index"/>.</param>
public readonly record struct RuleRef(RulesId Rules, PolicyType Direction, int Index)
{
    public override string ToString() => $"{Rules} {(Direction == PolicyType.Ingress ? "ingress" : "egress")}[{Index}]";
}
