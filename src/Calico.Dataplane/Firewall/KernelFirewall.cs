using System.Collections.Immutable;
using Calico.Model.Values;

namespace Calico.Dataplane.Firewall;

/// <summary>Our table as the kernel holds it.</summary>
internal sealed class KernelFirewall
{
    private readonly FirewallTable? _source;
    private readonly Dictionary<string, KernelChain> _chains = [];

    /// <summary>As it was read.</summary>
    public KernelFirewall(Dictionary<string, KernelChain> chains, IReadOnlyDictionary<string, FirewallSet> sets) => (_chains, Sets) = (chains, sets);

    /// <summary>As it was written.</summary>
    public KernelFirewall(FirewallTable source) => (_source, Sets) = (source, source.Sets);

    /// <summary>By name.</summary>
    public IReadOnlyDictionary<string, FirewallSet> Sets { get; }

    public IEnumerable<string> ChainNames => _source?.Chains.Keys ?? _chains.Keys;

    public KernelChain? Chain(string name) =>
        _source is null ? _chains.GetValueOrDefault(name) : _source.Chains.TryGetValue(name, out var chain) ? KernelChain.Of(chain) : null;

    /// <summary>True if it was written with these very chains.</summary>
    public bool HasAllOf(IReadOnlyDictionary<string, FirewallChain> chains) => ReferenceEquals(_source?.Chains, chains);

    /// <summary>Those of the chains that are not the very ones that it was written with.</summary>
    public List<FirewallChain> Others(FirewallTable desired) => Others(_source?.Chains, desired.Chains);

    /// <summary>Those of the sets that are not the very ones that it was written with.</summary>
    public List<FirewallSet> OtherSets(FirewallTable desired) => Others(_source?.Sets, desired.Sets);

    private static List<T> Others<T>(IReadOnlyDictionary<string, T>? held, IReadOnlyDictionary<string, T> desired)
        where T : class
    {
        if (held is null)
            return [.. desired.Values];
        return ReferenceEquals(held, desired) ? [] : [.. desired.Where(pair => !ReferenceEquals(held.GetValueOrDefault(pair.Key), pair.Value)).Select(pair => pair.Value)];
    }
}

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
