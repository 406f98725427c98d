using System.Collections.Immutable;
using Calico.Model.Hosts;

namespace Calico.Dataplane.Firewall;

/// <summary>Chains that were made of some part of the host's state, with all that they refer to.</summary>
/// <param name="Chains">The first is the part's own.</param>
/// <param name="Sets">Maps and sets whose content stands in the rules.</param>
/// <param name="Selected">Sets whose content stands in the host's state, by the name that the rules use.</param>
/// <param name="Denials">Why packets are denied that end in one of the denial chains, by its name.</param>
internal sealed record RenderedPart(
    ImmutableArray<FirewallChain> Chains,
    ImmutableArray<FirewallSet> Sets,
    ImmutableDictionary<string, SelectedRef> Selected,
    ImmutableDictionary<string, DenialReason> Denials)
{
    /// <summary>The policies and profiles to whose own chains it jumps.</summary>
    public ImmutableArray<RulesId> Shared { get; init; } = [];

    /// <summary>Sets of the host's state whose content went into the part's maps, as it was.</summary>
    public ImmutableDictionary<SelectedRef, FirewallSet> Contents { get; init; } = ImmutableDictionary<SelectedRef, FirewallSet>.Empty;
}

/// <summary>Parts made before, so that one whose inputs are still the same objects is not made again.</summary>
internal sealed class PartCache
{
    private readonly Dictionary<string, (object?[] Inputs, RenderedPart Part)> _entries = [];

    /// <param name="name">The part's own.</param>
    /// <param name="inputs">All that it is made of, the contents of sets that went into its maps not among them.</param>
    public RenderedPart? Find(string name, object?[] inputs) =>
        _entries.TryGetValue(name, out var entry) && entry.Inputs.AsSpan().SequenceEqual(inputs, ReferenceEqualityComparer.Instance) ? entry.Part : null;

    public RenderedPart Add(string name, object?[] inputs, RenderedPart part)
    {
        _entries[name] = (inputs, part);
        return part;
    }

    /// <summary>Forgets all but these.</summary>
    public void Keep(IReadOnlyDictionary<string, RenderedPart> parts)
    {
        foreach (var name in _entries.Keys.Where(name => !parts.ContainsKey(name)).ToList())
            _entries.Remove(name);
    }
}
