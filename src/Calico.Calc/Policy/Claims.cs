using Calico.Model.Resources;

namespace Calico.Calc.Policy;

/// <summary>Who has a thing that several may claim: the one whose name sorts first, so that all ways to this state agree.</summary>
/// <param name="changed">Called for each claimant of a thing that another has now.</param>
internal sealed class Claims<TThing>(Action<ResourceId> changed)
    where TThing : notnull
{
    private static readonly Comparer<ResourceId> ByName = Comparer<ResourceId>.Create(
        (left, right) => string.CompareOrdinal(left.ToString(), right.ToString()));

    private readonly Dictionary<TThing, SortedSet<ResourceId>> _claimants = [];
    private readonly Dictionary<ResourceId, IReadOnlyCollection<TThing>> _things = [];

    public ResourceId OwnerOf(TThing thing) => _claimants[thing].Min;

    /// <summary>All that one claims from now on.</summary>
    public void Set(ResourceId id, IReadOnlyCollection<TThing> things)
    {
        var before = _things.GetValueOrDefault(id, []);
        foreach (var thing in before.Where(thing => !things.Contains(thing)))
            Change(id, thing, isClaimed: false);
        foreach (var thing in things.Where(thing => !before.Contains(thing)))
            Change(id, thing, isClaimed: true);
        _things.Become(id, things.Count == 0 ? null : things);
    }

    private void Change(ResourceId id, TThing thing, bool isClaimed)
    {
        if (!_claimants.TryGetValue(thing, out var claimants))
            claimants = _claimants[thing] = new(ByName);

        var owner = claimants.Min;
        _ = isClaimed ? claimants.Add(id) : claimants.Remove(id);
        if (claimants.Count == 0)
            _claimants.Remove(thing);
        if (claimants.Min == owner)
            return;

        foreach (var claimant in claimants.Where(claimant => claimant != id))
            changed(claimant);
    }
}
