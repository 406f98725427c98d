using Calico.Model.Addresses;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;

namespace Calico.Datastore.Resources;

/// <summary>The IP pools that a commit makes: no two pools may have an address in common.</summary>
internal sealed class NewPools
{
    private readonly List<Resource<IPPoolSpec>> _made;
    private readonly HashSet<ResourceId> _gone;

    private NewPools(List<Resource<IPPoolSpec>> made, HashSet<ResourceId> gone) => (_made, _gone) = (made, gone);

    public bool IsAny => _made.Count > 0;

    /// <param name="changes">All of the commit: what goes with it is in the way of nothing.</param>
    public static NewPools Of(IReadOnlyList<ResourceDifference> changes) => new(
        [.. changes.Where(change => change.Before is null).Select(change => change.After).OfType<Resource<IPPoolSpec>>()],
        [.. changes.Where(change => change.After is null).Select(change => change.Id)]);

    /// <param name="pools">All that are there.</param>
    /// <returns>Null if nothing is in the way.</returns>
    public string? FindFault(IReadOnlyList<IResource> pools)
    {
        var stay = pools.OfType<Resource<IPPoolSpec>>().Where(pool => !_gone.Contains(ResourceId.Of(pool))).ToList();
        foreach (var made in _made)
        {
            if (stay.FirstOrDefault(pool => pool.Name != made.Name && pool.Spec.Cidr.Overlaps(made.Spec.Cidr)) is { } other)
                return $"error with field spec.cidr = '{made.Spec.Cidr}' (overlaps {other.Spec.Cidr} of {other})";
        }

        return null;
    }
}
