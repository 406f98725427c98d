using Calico.Bgp.Values;

namespace Calico.Bgp.Routes;

/// <summary>Finds the number of a prefix: open addressing, eight octets a place.</summary>
/// <remarks>
/// A place holds the upper half of the hash and the number plus one, so that a prefix is looked at only where it is very likely the right one.
/// The hash is seeded, so that no peer can choose prefixes that all fall into one place.
/// </remarks>
/// <param name="entries">Where the prefix of a number stands.</param>
internal sealed class PrefixIndex(Chunks<RibEntry> entries)
{
    private const int SmallestSize = 256;

    private readonly ulong _seed = (ulong)Random.Shared.NextInt64();
    private ulong[] _places = new ulong[SmallestSize];
    private int _count;

    /// <returns>-1 if there is none.</returns>
    public int Find(in Prefix prefix)
    {
        var hash = Hash(prefix);
        var mask = _places.Length - 1;
        for (var at = (int)hash & mask; _places[at] is var place and not 0; at = (at + 1) & mask)
        {
            var number = (int)(uint)place - 1;
            if (place >> 32 == hash >> 32 && entries[number].Prefix.Equals(prefix))
                return number;
        }

        return -1;
    }

    /// <summary>The prefix must not be in it yet.</summary>
    public void Add(in Prefix prefix, int number)
    {
        if (++_count * 3 > _places.Length * 2)
            Grow();
        Place(Hash(prefix), number);
    }

    /// <summary>The prefix must be in it.</summary>
    public void Remove(in Prefix prefix)
    {
        var mask = _places.Length - 1;
        var at = (int)Hash(prefix) & mask;
        while (!entries[(int)(uint)_places[at] - 1].Prefix.Equals(prefix))
            at = (at + 1) & mask;

        // Those after it move up, or a search for them would end at the gap.
        for (var next = (at + 1) & mask; _places[next] != 0; next = (next + 1) & mask)
        {
            var home = (int)Hash(entries[(int)(uint)_places[next] - 1].Prefix) & mask;
            if (((next - home) & mask) < ((next - at) & mask))
                continue;

            _places[at] = _places[next];
            at = next;
        }

        _places[at] = 0;
        _count--;
    }

    private void Place(ulong hash, int number)
    {
        var mask = _places.Length - 1;
        var at = (int)hash & mask;
        while (_places[at] != 0)
            at = (at + 1) & mask;
        _places[at] = (hash & 0xffffffff_00000000) | (uint)(number + 1);
    }

    private void Grow()
    {
        var old = _places;
        _places = new ulong[old.Length * 2];
        foreach (var place in old)
        {
            if (place != 0)
                Place(Hash(entries[(int)(uint)place - 1].Prefix), (int)(uint)place - 1);
        }
    }

    private ulong Hash(in Prefix prefix) => prefix.Hash(_seed);
}
