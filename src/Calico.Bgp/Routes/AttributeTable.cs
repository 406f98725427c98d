using Calico.Bgp.Attributes;

namespace Calico.Bgp.Routes;

/// <summary>Makes equal attribute sets one object, so that a route costs a reference and comparing two is mostly comparing references.</summary>
/// <remarks>Holds them weakly; the dead are swept out when the table has doubled. Belongs to one loop.</remarks>
internal sealed class AttributeTable
{
    private const int SmallestSweep = 1024;

    private readonly Dictionary<int, WeakReference<PathAttributes>> _byHash = [];
    private int _sweepAt = SmallestSweep;

    public int Count => _byHash.Count;

    /// <remarks>Of two sets with one hash the later takes the place: interning saves memory, nothing depends on it.</remarks>
    public PathAttributes Intern(PathAttributes attributes)
    {
        var hash = attributes.GetHashCode();
        if (_byHash.TryGetValue(hash, out var known))
        {
            if (known.TryGetTarget(out var alive) && alive.Equals(attributes))
                return alive;

            known.SetTarget(attributes);
            return attributes;
        }

        if (_byHash.Count >= _sweepAt)
            Sweep();
        _byHash.Add(hash, new(attributes));
        return attributes;
    }

    private void Sweep()
    {
        foreach (var (hash, known) in _byHash)
        {
            if (!known.TryGetTarget(out _))
                _byHash.Remove(hash);
        }

        _sweepAt = Math.Max(SmallestSweep, _byHash.Count * 2);
    }
}
