using Calico.Model.Values;

namespace Calico.Dataplane.Firewall;

/// <summary>Our table as the kernel holds it.</summary>
/// <param name="Chains">By name.</param>
/// <param name="Sets">By name.</param>
internal sealed record KernelFirewall(Dictionary<string, KernelChain> Chains, Dictionary<string, FirewallSet> Sets);

/// <param name="Hook">Null of a chain that only other chains lead to.</param>
/// <param name="Tags">The comments of its rules, in order; of a rule without one, an empty text.</param>
internal sealed record KernelChain(ChainHook? Hook, ValueList<string> Tags)
{
    public static KernelChain Of(FirewallChain chain) => new(chain.Hook, chain.Rules.Select(rule => rule.Tag).ToValueList());
}
