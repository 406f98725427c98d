using System.Net;
using System.Runtime.InteropServices;
using Calico.Bgp.Values;

namespace Calico.Bgp.Routes;

/// <summary>The routing information base: every path of every source, and the choice among them.</summary>
/// <remarks>
/// Adj-RIBs-In and Loc-RIB in one table, a prefix an entry. An entry has a number, by which all others know it, for as long as somebody needs it.
/// Changing a path only notes its entry; <see cref="Decide()"/> then chooses for all that were noted. An entry that nobody needs any longer stays until
/// <see cref="Sweep"/>, so that news of a withdrawal waits for no clearing up. Not thread-safe: the speaker's loop owns it.
/// </remarks>
internal sealed class Rib
{
    private const int ChunkBits = 12;
    private const int Together = 64; // entries that are cleared, so that the processor waits for their places once

    private readonly Func<IPAddress, uint?> _metric;
    private readonly Chunks<RibSlot> _slots = new(ChunkBits);
    private readonly PathStore _paths = new();
    private readonly PrefixIndex _index;
    private readonly Dictionary<int, Choice[]> _multipath = [];
    private readonly Stack<int> _free = [];
    private readonly List<int> _changed = [];
    private readonly List<int> _unused = [];
    private List<int> _undecided = [];
    private List<int> _touched = [];
    private RibPath[] _read = new RibPath[8];
    private int _end;
    private ulong _fetched; // of no meaning: what is read in advance must go somewhere

    /// <param name="metric">The distance to a next hop, null if it cannot be reached.</param>
    public Rib(Func<IPAddress, uint?> metric)
    {
        _metric = metric;
        _index = new(_slots);
    }

    /// <summary>All numbers are below it.</summary>
    public int End => _end;

    public RibEntry this[int number] => new(this, number);

    /// <summary>How many prefixes it holds, those that peers have yet to hear the end of, and those that wait to be swept, included.</summary>
    public int Count => _end - _free.Count;

    /// <summary>How many entries <see cref="Sweep"/> would look at.</summary>
    public int Unused => _unused.Count;

    /// <summary>How many different attribute sets its paths have.</summary>
    public int SetCount => _paths.SetCount;

    public IEnumerable<Prefix> Prefixes => Numbers.Select(PrefixOf);

    /// <summary>Of the entries that have a path.</summary>
    public IEnumerable<int> Numbers => Enumerable.Range(0, _end).Where(number => _slots[number].PathCount > 0);

    /// <summary>How many entries wait for <see cref="Decide()"/>.</summary>
    public int Undecided => _undecided.Count;

    /// <summary>The entries that <see cref="Decide()"/> last decided on, whatever came of it.</summary>
    public List<int> Touched => _touched;

    /// <summary>What peers have been told, by numbers: it is kept here for all of them.</summary>
    public NumberTable<Exported> Told { get; } = new();

    /// <returns>-1 if nothing is known of the prefix.</returns>
    public int Find(in Prefix prefix) => _index.Find(prefix);

    public Prefix PrefixOf(int number) => _slots[number].Prefix;

    public int PathCountOf(int number) => _slots[number].PathCount;

    public Choice BestOf(int number) => _paths.Read(_slots[number].Best);

    public Choice[]? MultipathOf(int number) => _slots[number].Has(SlotFlags.Multipath) ? _multipath[number] : null;

    /// <summary>Good until the next call of this or of <see cref="Decide()"/>.</summary>
    public ReadOnlySpan<RibPath> PathsOf(int number)
    {
        ref var slot = ref _slots[number];
        if (_read.Length < slot.PathCount)
            _read = new RibPath[slot.PathCount * 2];
        _paths.Read(ref slot, _read);
        return _read.AsSpan(0, slot.PathCount);
    }

    /// <returns>A path of no source if there is none.</returns>
    public RibPath PathOf(in Prefix prefix, RouteSource source, uint id)
    {
        if (Find(prefix) is not (var number and >= 0))
            return default;

        foreach (ref readonly var path in PathsOf(number))
        {
            if (ReferenceEquals(path.Source, source) && path.Id == id)
                return path;
        }

        return default;
    }

    /// <summary>No policy or loop forbids it, and its next hop can be reached.</summary>
    public bool CanUse(in RibPath path) => DecisionProcess.Choose(path, _metric).Exists;

    /// <summary>The numbers of many prefixes, quicker than one by one; -1 where nothing is known of one. Good until the next <see cref="Sweep"/>.</summary>
    public void Find(ReadOnlySpan<Prefix> prefixes, Span<int> numbers) => _index.Find(prefixes, numbers);

    public void Put(in Prefix prefix, in RibPath path) => Put(prefix, -1, path);

    /// <param name="found">What <see cref="Find(ReadOnlySpan{Prefix}, Span{int})"/> has found for the prefix.</param>
    public void Put(in Prefix prefix, int found, in RibPath path)
    {
        var number = found >= 0 ? found : _index.Find(prefix); // it may have come since
        if (number < 0)
            number = Add(prefix);

        if (_paths.Put(ref _slots[number], path))
            path.Source.PathCount++;
        Note(number);
    }

    /// <param name="id">As in <see cref="RibPath.Id"/>.</param>
    public void Remove(in Prefix prefix, RouteSource source, uint id = 0) => Remove(_index.Find(prefix), source, id);

    /// <param name="found">What <see cref="Find(ReadOnlySpan{Prefix}, Span{int})"/> has found for the prefix.</param>
    /// <param name="source">Whose path it is.</param>
    /// <param name="id">As in <see cref="RibPath.Id"/>.</param>
    public void Remove(int found, RouteSource source, uint id)
    {
        if (found < 0 || !_paths.Remove(ref _slots[found], _paths.NumberOf(source), id))
            return;

        source.PathCount--;
        Note(found);
    }

    /// <summary>Removes those paths of the source that the condition holds for.</summary>
    public void RemoveWhere(RouteSource source, Func<Prefix, RibPath, bool> condition)
    {
        for (var number = 0; number < _end && source.PathCount > 0; number++)
        {
            var prefix = PrefixOf(number);
            var removed = _paths.RemoveWhere(ref _slots[number], _paths.NumberOf(source), path => condition(prefix, path));
            source.PathCount -= removed;
            if (removed > 0)
                Note(number);
        }
    }

    /// <summary>Replaces every path of the source by what the function makes of it.</summary>
    public void Change(RouteSource source, Func<Prefix, RibPath, RibPath> change)
    {
        if (source.PathCount == 0)
            return;

        var sourceNumber = _paths.NumberOf(source);
        for (var number = 0; number < _end; number++)
        {
            var prefix = PrefixOf(number);
            if (_paths.Change(ref _slots[number], sourceNumber, path => change(prefix, path)))
                Note(number);
        }
    }

    /// <summary>What decisions depend on besides the paths has changed: all are made anew.</summary>
    public void NoteAll()
    {
        for (var number = 0; number < _end; number++)
        {
            if (_slots[number].PathCount > 0)
                Note(number);
        }
    }

    /// <summary>Chooses anew wherever a path has changed.</summary>
    /// <returns>The numbers of the entries whose choice is another than before; good until the next call.</returns>
    public List<int> Decide()
    {
        _changed.Clear();
        (_touched, _undecided) = (_undecided, _touched);
        _undecided.Clear();
        foreach (var number in _touched)
        {
            ref var slot = ref _slots[number];
            slot.Set(SlotFlags.Undecided, false);
            if (Decide(number, ref slot))
                _changed.Add(number);
            NoteUnused(number, ref slot);
        }

        return _changed;
    }

    /// <summary>Forgets entries that nobody needs any longer; their numbers are given to others. To be called when all have taken note of the last decisions.</summary>
    /// <param name="most">So many are looked at.</param>
    public void Sweep(int most)
    {
        while (most > 0 && _unused.Count > 0)
        {
            var start = Math.Max(0, _unused.Count - Math.Min(most, Together));
            var some = CollectionsMarshal.AsSpan(_unused)[start..];
            foreach (var number in some)
                _fetched ^= _index.Touch(_slots[number].Prefix);
            foreach (var number in some)
                Forget(number);
            most -= some.Length;
            _unused.RemoveRange(start, some.Length);
        }
    }

    /// <summary>The number stays that of this prefix, until as often released.</summary>
    public void Hold(int number) => _slots[number].Holders++;

    public void Release(int number)
    {
        ref var slot = ref _slots[number];
        slot.Holders--;
        NoteUnused(number, ref slot);
    }

    private void NoteUnused(int number, ref RibSlot slot)
    {
        if (IsNeeded(slot) || slot.Has(SlotFlags.Unused))
            return;

        slot.Set(SlotFlags.Unused, true);
        _unused.Add(number);
    }

    /// <summary>Unless it has come into use again.</summary>
    private void Forget(int number)
    {
        ref var slot = ref _slots[number];
        slot.Set(SlotFlags.Unused, false);
        if (IsNeeded(slot))
            return;

        _index.Remove(slot.Prefix, number);
        slot = default;
        _free.Push(number);
    }

    private static bool IsNeeded(in RibSlot slot) => slot.Holders > 0 || slot.PathCount > 0 || slot.Has(SlotFlags.Undecided);

    private int Add(in Prefix prefix)
    {
        if (!_free.TryPop(out var number))
        {
            number = _end++;
            _slots.MakeRoom(_end);
        }

        _slots[number] = new(prefix);
        _index.Add(prefix, number);
        return number;
    }

    private void Note(int number)
    {
        ref var slot = ref _slots[number];
        if (slot.Has(SlotFlags.Undecided))
            return;

        slot.Set(SlotFlags.Undecided, true);
        _undecided.Add(number);
    }

    /// <returns>True if the choice is another than before. That a route has become stale or fresh changes nothing for anyone else.</returns>
    private bool Decide(int number, ref RibSlot slot)
    {
        var (best, multipath) = slot.PathCount switch
        {
            0 => default,
            1 => (DecisionProcess.Choose(_paths.Read(slot.First), _metric), null),
            _ => DecisionProcess.Choose(PathsOf(number), _metric),
        };
        if (best.Is(_paths.Read(slot.Best)) && Same(multipath, MultipathOf(number)))
            return false;

        _paths.Choose(ref slot, best);
        slot.Set(SlotFlags.Multipath, multipath is not null);
        if (multipath is null)
            _multipath.Remove(number);
        else
            _multipath[number] = multipath;
        return true;
    }

    private static bool Same(Choice[]? left, Choice[]? right)
    {
        if (left?.Length != right?.Length)
            return false;

        for (var i = 0; i < left?.Length; i++)
        {
            if (!left[i].Is(right![i])) // as long as the other
                return false;
        }

        return true;
    }
}
