using Calico.Bgp.Attributes;

namespace Calico.Bgp.Routes;

/// <summary>Makes equal attribute sets one object, so that a route costs a reference and comparing two is mostly comparing references.</summary>
/// <remarks>When it has doubled, its owner marks all that are in use and the others are swept out. Belongs to one loop.</remarks>
internal sealed class AttributeTable
{
    private const int SmallestSweep = 16 * 1024;

    private readonly Dictionary<int, PathAttributes> _byHash = [];
    private int _sweepAt = SmallestSweep;
    private int _epoch;

    public int Count => _byHash.Count;

    /// <summary>It is time for <see cref="Sweep"/>.</summary>
    public bool IsFull => _byHash.Count >= _sweepAt;

    /// <remarks>Of two sets with one hash the later takes the place: interning saves memory, nothing depends on it.</remarks>
    public PathAttributes Intern(PathAttributes attributes)
    {
        ref var known = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(_byHash, attributes.GetHashCode(), out _);
        if (known is null || !known.Equals(attributes))
            known = attributes;
        return known;
    }

    /// <param name="mark">Calls <see cref="PathAttributes.Mark"/> with its argument for all sets that are in use.</param>
    public void Sweep(Action<int> mark)
    {
        mark(++_epoch);
        foreach (var (hash, attributes) in _byHash)
        {
            if (!attributes.IsMarked(_epoch))
                _byHash.Remove(hash);
        }

        _sweepAt = Math.Max(SmallestSweep, _byHash.Count * 2);
    }
}
