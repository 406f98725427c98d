using Calico.Bgp.Values;

namespace Calico.Bgp.Routes;

/// <summary>Gives things numbers for as long as they are used, equal ones the same: large tables hold four octets in place of a reference, and the garbage collector has nothing to follow in them.</summary>
/// <remarks>
/// Every <see cref="Use(T)"/> is to be ended by a <see cref="Release"/>; with the last one the thing and its number are gone. A hash is asked for once, when a
/// thing comes. Not thread-safe.
/// </remarks>
internal sealed class NumberTable<T> where T : class
{
    private const int ChunkBits = 10;

    private readonly Chunks<Numbered> _items = new(ChunkBits);
    private readonly Stack<int> _free = [];
    private int[] _chains = new int[16]; // the first item of each, by the upper bits of the hash; 0 for none
    private int _end = 1; // 0 is for none

    // Neighbours are mostly the same, or two in turn: what came in and what policy made of it.
    private (T? What, int Number) _last;
    private (T? What, int Number) _before;

    /// <summary>How many different things are in use.</summary>
    public int Count { get; private set; }

    /// <summary>The one that was first given the number; null for 0.</summary>
    public T? this[int number] => number == 0 ? null : _items[number].What;

    /// <returns>Its number, never 0.</returns>
    public int Use(T what)
    {
        var number = Find(what);
        _items[number].Uses++;
        return number;
    }

    /// <summary>One use more of a number that is in use, or is 0.</summary>
    public int Use(int number)
    {
        if (number != 0)
            _items[number].Uses++;
        return number;
    }

    /// <returns>0 if it is not in use.</returns>
    public int NumberOf(T what) => ReferenceEquals(what, _last.What) ? _last.Number : Search(what, Hash(what));

    public void Release(int number)
    {
        if (number == 0 || --_items[number].Uses > 0)
            return;

        ref var item = ref _items[number];
        ref var link = ref ChainOf(item.Hash);
        while (link != number)
            link = ref _items[link].Next;
        link = item.Next;
        item = default;
        Count--;
        _free.Push(number);
        if (_last.Number == number)
            _last = default;
        if (_before.Number == number)
            _before = default;
    }

    private int Find(T what)
    {
        if (ReferenceEquals(what, _last.What))
            return _last.Number;

        if (ReferenceEquals(what, _before.What))
        {
            (_last, _before) = (_before, _last);
            return _last.Number;
        }

        var hash = Hash(what);
        var number = Search(what, hash) is var known and not 0 ? known : Add(what, hash);
        (_before, _last) = (_last, (what, number));
        return number;
    }

    private int Search(T what, uint hash)
    {
        var number = ChainOf(hash);
        while (number != 0)
        {
            ref var item = ref _items[number];
            if (item.Hash == hash && what.Equals(item.What))
                break;
            number = item.Next;
        }

        return number;
    }

    private int Add(T what, uint hash)
    {
        if (!_free.TryPop(out var number))
        {
            number = _end++;
            _items.MakeRoom(_end);
        }

        if (++Count > _chains.Length)
            Grow();
        ref var chain = ref ChainOf(hash);
        _items[number] = new() { What = what, Hash = hash, Next = chain };
        chain = number;
        return number;
    }

    private void Grow()
    {
        var old = _chains;
        _chains = new int[old.Length * 2];
        foreach (var first in old)
        {
            for (int number = first, next; number != 0; number = next)
            {
                ref var item = ref _items[number];
                next = item.Next;
                ref var chain = ref ChainOf(item.Hash);
                item.Next = chain;
                chain = number;
            }
        }
    }

    private ref int ChainOf(uint hash) => ref _chains[(int)((ulong)hash * (uint)_chains.Length >> 32)];

    /// <summary>All its bits depend on the thing's.</summary>
    private static uint Hash(T what) => (uint)((ulong)(uint)what.GetHashCode() * 0x9E3779B97F4A7C15 >> 32);

    private struct Numbered
    {
        public T? What;
        public int Uses;
        public uint Hash;
        public int Next;
    }
}
