using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Calico.Model.Hosts;

namespace Calico.Dataplane.Firewall;

/// <summary>What the policy of a group of endpoints came to.</summary>
/// <param name="Name">Of its first chain.</param>
/// <param name="Rules">The policies and profiles that its chains are made of.</param>
/// <param name="Parts">Its chains, the shared ones that they jump to among them, by name.</param>
internal sealed record RenderedGroup(string Name, ImmutableArray<RulesId> Rules, IReadOnlyList<(string Name, RenderedPart Part)> Parts);

/// <summary>The groups of the round before and of this one, found by the very objects that their shape is made of: to compare those is quicker than to compare what stands in them.</summary>
internal sealed class GroupCache : IEqualityComparer<GroupShape>
{
    private Dictionary<GroupShape, RenderedGroup> _before, _now;

    public GroupCache() => (_before, _now) = (new(this), new(this));

    /// <summary>Made in this round.</summary>
    public RenderedGroup? Current(GroupShape shape) => _now.GetValueOrDefault(shape);

    /// <summary>Made in the round before.</summary>
    public RenderedGroup? Earlier(GroupShape shape) => _before.GetValueOrDefault(shape);

    public RenderedGroup Add(GroupShape shape, RenderedGroup group) => _now[shape] = group;

    /// <summary>Forgets what this round did not use.</summary>
    public void EndRound() => (_before, _now) = (_now, new(this));

    bool IEqualityComparer<GroupShape>.Equals(GroupShape? left, GroupShape? right) =>
        ReferenceEquals(left?.Tiers, right?.Tiers)
        && ReferenceEquals(left?.Profiles, right?.Profiles)
        && (left?.IsIngress, left?.IsHost, left?.EndsTiers, left?.CanReject) == (right?.IsIngress, right?.IsHost, right?.EndsTiers, right?.CanReject)
        && Equals(left?.Allow, right?.Allow);

    int IEqualityComparer<GroupShape>.GetHashCode(GroupShape shape) =>
        HashCode.Combine(RuntimeHelpers.GetHashCode(shape.Tiers), RuntimeHelpers.GetHashCode(shape.Profiles), shape.IsIngress, shape.IsHost);
}
