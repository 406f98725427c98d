using System.Runtime.InteropServices;

namespace Calico.Bgp.Routes;

/// <summary>Gives things numbers for as long as they are used, equal ones the same: large tables hold four octets in place of a reference, and the garbage collector has nothing to follow in them.</summary>
/// <remarks>Every <see cref="Use(T)"/> is to be ended by a <see cref="Release"/>; with the last one the thing and its number are gone. Not thread-safe.</remarks>
internal sealed class NumberTable<T> where T : class
{
    private const int ChunkBits = 10;

    private readonly Dictionary<T, int> _numbers = [];
    private readonly Chunks<Numbered> _items = new(ChunkBits);
    private readonly Stack<int> _free = [];
    private int _end = 1; // 0 is for none

    // Neighbours are mostly the same, or two in turn: what came in and what policy made of it.
    private (T? What, int Number) _last;
    private (T? What, int Number) _before;

    /// <summary>How many different things are in use.</summary>
    public int Count => _numbers.Count;

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
    public int NumberOf(T what) => ReferenceEquals(what, _last.What) ? _last.Number : _numbers.GetValueOrDefault(what);

    public void Release(int number)
    {
        if (number == 0 || --_items[number].Uses > 0)
            return;

        ref var item = ref _items[number];
        if (item.What is { } what)
            _numbers.Remove(what);
        item = default;
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

        ref var number = ref CollectionsMarshal.GetValueRefOrAddDefault(_numbers, what, out var isKnown);
        if (!isKnown)
            number = Add(what);
        (_before, _last) = (_last, (what, number));
        return number;
    }

    private int Add(T what)
    {
        if (!_free.TryPop(out var number))
        {
            number = _end++;
            _items.MakeRoom(_end);
        }

        _items[number].What = what;
        return number;
    }

    private struct Numbered
    {
        public T? What;
        public int Uses;
    }
}
