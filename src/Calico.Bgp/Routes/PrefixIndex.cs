using Calico.Bgp.Values;

namespace Calico.Bgp.Routes;

/// <summary>Finds the number of a prefix: open addressing, eight octets a place, in many small tables that grow each by itself, so that none of it takes long.</summary>
/// <remarks>
/// A place holds half of the hash and the number plus one, so that a prefix is looked at only where it is very likely the right one, and moving a place
/// looks at none. The hash is seeded, so that no peer can choose prefixes that all fall into one place.
/// </remarks>
/// <param name="slots">Where the prefix of a number stands.</param>
internal sealed class PrefixIndex(Chunks<RibSlot> slots)
{
    private const int TableBits = 8;
    private const int SmallestSize = 4;

    private readonly ulong _seed = (ulong)Random.Shared.NextInt64();
    private readonly Table[] _tables = new Table[1 << TableBits];

    /// <returns>-1 if there is none.</returns>
    public int Find(in Prefix prefix)
    {
        var hash = Hash(prefix);
        ref var table = ref TableOf(hash);
        if (table.Count == 0)
            return -1;

        for (var at = Home(hash, table.Places.Length); table.Places[at] is var place and not 0; at = Next(at, table.Places.Length))
        {
            var number = (int)(uint)place - 1;
            if (place >> 32 == hash && slots[number].Is(prefix))
                return number;
        }

        return -1;
    }

    /// <summary>Finds many at once: look-ups that do not wait for each other have the processor fetch what they need together.</summary>
    public void Find(ReadOnlySpan<Prefix> prefixes, Span<int> numbers)
    {
        const int Unsure = -2;
        for (var i = 0; i < prefixes.Length; i++)
        {
            var hash = Hash(prefixes[i]);
            ref var table = ref TableOf(hash);
            var place = table.Count == 0 ? 0 : table.Places[Home(hash, table.Places.Length)];
            numbers[i] = place == 0 || place >> 32 == hash ? (int)(uint)place - 1 : Unsure;
        }

        for (var i = 0; i < prefixes.Length; i++)
        {
            if (numbers[i] == Unsure || (numbers[i] >= 0 && !slots[numbers[i]].Is(prefixes[i])))
                numbers[i] = Find(prefixes[i]);
        }
    }

    /// <summary>The prefix must not be in it yet.</summary>
    public void Add(in Prefix prefix, int number)
    {
        var hash = Hash(prefix);
        ref var table = ref TableOf(hash);
        table.Places ??= new ulong[SmallestSize];
        if (++table.Count * 5 > table.Places.Length * 4)
            Grow(ref table);
        Place(table.Places, (ulong)hash << 32 | (uint)(number + 1));
    }

    /// <summary>
    /// Reads where the prefix ought to stand: done for many before they are removed one by one, so that the processor fetches all that at once.
    /// </summary>
    /// <returns>What stands there, which says nothing.</returns>
    public ulong Touch(in Prefix prefix)
    {
        var hash = Hash(prefix);
        ref var table = ref TableOf(hash);
        return table.Count == 0 ? 0 : table.Places[Home(hash, table.Places.Length)];
    }

    /// <summary>The prefix must be in it, under this number.</summary>
    public void Remove(in Prefix prefix, int number)
    {
        var hash = Hash(prefix);
        ref var table = ref TableOf(hash);
        var places = table.Places;
        var at = Home(hash, places.Length);
        while ((uint)places[at] != (uint)(number + 1))
            at = Next(at, places.Length);

        // Those after it move up, or a search for them would end at the gap.
        for (var next = Next(at, places.Length); places[next] != 0; next = Next(next, places.Length))
        {
            var home = Home((uint)(places[next] >> 32), places.Length);
            if (Distance(home, next, places.Length) < Distance(at, next, places.Length))
                continue;

            places[at] = places[next];
            at = next;
        }

        places[at] = 0;
        table.Count--;
    }

    private static void Grow(ref Table table)
    {
        var old = table.Places;
        table.Places = new ulong[old.Length + old.Length / 2];
        foreach (var place in old)
        {
            if (place != 0)
                Place(table.Places, place);
        }
    }

    private static void Place(ulong[] places, ulong place)
    {
        var at = Home((uint)(place >> 32), places.Length);
        while (places[at] != 0)
            at = Next(at, places.Length);
        places[at] = place;
    }

    /// <summary>By the bits after those that choose the table.</summary>
    private static int Home(uint hash, int size) => (int)((ulong)(hash << TableBits) * (uint)size >> 32);

    private static int Next(int at, int size) => at + 1 == size ? 0 : at + 1;

    private static int Distance(int from, int to, int size) => to >= from ? to - from : to - from + size;

    private ref Table TableOf(uint hash) => ref _tables[hash >> (32 - TableBits)];

    private uint Hash(in Prefix prefix) => (uint)(prefix.Hash(_seed) >> 32);

    private struct Table
    {
        public ulong[] Places; // null until the first is added
        public int Count;
    }
}
