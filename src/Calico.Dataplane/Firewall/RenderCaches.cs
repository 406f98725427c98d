using Calico.Model.Hosts;

namespace Calico.Dataplane.Firewall;

/// <summary>What one rendering leaves to the next.</summary>
internal sealed class RenderCaches
{
    private readonly Dictionary<string, FirewallSet> _fixed = [];

    public SelectedSets Selected { get; } = new();

    public PartCache Parts { get; } = new();

    public GroupCache Groups { get; } = new();

    /// <summary>A set of single keys that is always there, with the elements that it has now.</summary>
    public FirewallSet Fixed(string name, SetKeyKind key, bool isVerdictMap, IEnumerable<SetElement> elements)
    {
        var before = _fixed.GetValueOrDefault(name) ?? new(name, key, IsInterval: false, isVerdictMap, []);
        return _fixed[name] = before.Become(elements.ToHashSet());
    }

    /// <summary>True if the sets that a part rests on are still what they were when it was made.</summary>
    public bool IsCurrent(HostState host, RenderedPart part) =>
        part.Selected.All(selected => Selected.Of(host, selected.Value).Name == selected.Key)
        && part.Contents.All(content => ReferenceEquals(Selected.Of(host, content.Key), content.Value));

    /// <summary>Forgets what the round that ends did not use.</summary>
    /// <param name="host">What was rendered.</param>
    /// <param name="parts">What came of it, by name.</param>
    public void EndRound(HostState host, IReadOnlyDictionary<string, RenderedPart> parts)
    {
        Parts.Keep(parts);
        Groups.EndRound();
        Selected.Keep(host);
    }
}
