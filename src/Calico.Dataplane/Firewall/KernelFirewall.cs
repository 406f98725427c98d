using Calico.Model.Values;

namespace Calico.Dataplane.Firewall;

/// <summary>Our table as the kernel holds it.</summary>
/// <param name="Chains">By name.</param>
/// <param name="Sets">By name.</param>
internal sealed record KernelFirewall(Dictionary<string, KernelChain> Chains, Dictionary<string, FirewallSet> Sets);

/// <param name="hook">Null of a chain that only other chains lead to.</param>
/// <param name="tags">The comments of its rules, in order; of a rule without one, an empty text.</param>
internal sealed class KernelChain(ChainHook? hook, Func<ValueList<string>> tags)
{
    private FirewallChain? _source;

    public ChainHook? Hook => hook;

    /// <summary>The comments of its rules, in order.</summary>
    public ValueList<string> Tags => field ??= tags();

    public static KernelChain Of(FirewallChain chain) => new(chain.Hook, () => chain.Rules.Select(rule => rule.Tag).ToValueList()) { _source = chain };

    /// <summary>True if it holds the rules of the other: by its tags, but that a chain of our own making need not be gone through.</summary>
    public bool HasRulesOf(FirewallChain wanted) => ReferenceEquals(_source, wanted) || Tags.Equals(Of(wanted).Tags);
}
