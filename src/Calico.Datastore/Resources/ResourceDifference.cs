using Calico.Model.Resources;

namespace Calico.Datastore.Resources;

/// <summary>What becomes, or became, of one resource.</summary>
/// <param name="Before">Null: it is not there.</param>
/// <param name="After">Null: it goes.</param>
public sealed record ResourceDifference(IResource? Before, IResource? After)
{
    public ResourceId Id { get; } = ResourceId.Of(Before ?? After ?? throw new ArgumentException("neither of them is there", nameof(After)));

    public ChangeKind Kind => Before is null ? ChangeKind.Created : After is null ? ChangeKind.Deleted : ChangeKind.Changed;

    /// <summary>What is not the same, by kind (those that others refer to come first) and name.</summary>
    public static IReadOnlyList<ResourceDifference> Between(IEnumerable<IResource> before, IEnumerable<IResource> after)
    {
        var then = before.ToDictionary(ResourceId.Of);
        var now = after.ToDictionary(ResourceId.Of);
        return
        [
            .. then.Keys.Union(now.Keys)
                .Select(id => (Before: then.GetValueOrDefault(id), After: now.GetValueOrDefault(id)))
                .Where(pair => !IsSame(pair.Before, pair.After))
                .Select(pair => new ResourceDifference(pair.Before, pair.After))
                .OrderBy(difference => Kinds.All.Index().First(kind => kind.Item == difference.Id.Kind).Index)
                .ThenBy(difference => difference.Id.ToString(), StringComparer.Ordinal),
        ];
    }

    /// <summary>As a user would write it: without what the store and its clock put into the metadata.</summary>
    public static IResource Bare(IResource resource) =>
        resource.WithMetadata(resource.Metadata with { ResourceVersion = null, Uid = null, CreationTimestamp = null });

    private static bool IsSame(IResource? one, IResource? other) => one is not null && other is not null && Bare(one).Equals(Bare(other));
}
