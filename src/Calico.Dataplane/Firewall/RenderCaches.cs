using Calico.Model.Hosts;
using Calico.Model.Values;

namespace Calico.Dataplane.Firewall;

/// <summary>What one rendering leaves to the next.</summary>
internal sealed class RenderCaches
{
    private readonly Dictionary<(ValueList<EndpointTier> Tiers, bool Ingress, bool Host, bool EndsTiers, bool CanReject, ValueList<RulesId>? Profiles, Verdict Allow), string> _names = [];

    public SelectedSets Selected { get; } = new();

    public PartCache Parts { get; } = new();

    /// <summary>The group's name: a hash of its content, which is costly to write out.</summary>
    public string NameOf(GroupShape shape)
    {
        if (_names.Count > 10_000)
            _names.Clear();

        var key = (shape.Tiers, shape.IsIngress, shape.IsHost, shape.EndsTiers, shape.CanReject, shape.Profiles, shape.Allow);
        if (!_names.TryGetValue(key, out var name))
            name = _names[key] = TableNames.Group(shape.IsIngress ? Direction.Out : Direction.In, shape.Content);
        return name;
    }

    /// <summary>True if the sets that a part rests on are still what they were when it was made.</summary>
    public bool IsCurrent(HostState host, RenderedPart part) =>
        part.Selected.All(selected => Selected.Of(host, selected.Value).Name == selected.Key)
        && part.Contents.All(content => ReferenceEquals(Selected.Of(host, content.Key), content.Value));
}
