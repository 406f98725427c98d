using System.Net;
using Calico.Bgp.Values;

namespace Calico.Bgp.Routes;

/// <summary>The routing information base: every path of every source, and the choice among them.</summary>
/// <remarks>
/// Adj-RIBs-In and Loc-RIB in one table, a prefix an entry. An entry has a number, by which all others know it, for as long as somebody needs it.
/// Changing a path only notes its entry; <see cref="Decide()"/> then chooses for all that were noted. Not thread-safe: the speaker's loop owns it.
/// </remarks>
internal sealed class Rib(Func<IPAddress, uint?> metric)
{
    private const int ChunkBits = 12;

    private readonly Chunks<RibEntry> _entries = new(ChunkBits);
    private readonly Stack<int> _free = [];
    private List<int> _undecided = [];
    private List<int> _touched = [];
    private readonly List<int> _changed = [];
    private readonly List<int> _emptied = [];
    private PrefixIndex? _index;
    private RibPath[] _paths = new RibPath[8];
    private int _end;

    /// <summary>All numbers are below it.</summary>
    public int End => _end;

    public ref RibEntry this[int number] => ref _entries[number];

    /// <summary>How many prefixes it holds, those that peers have yet to hear the end of included.</summary>
    public int Count => _end - _free.Count;

    public IEnumerable<Prefix> Prefixes => Numbers.Select(number => _entries[number].Prefix);

    /// <summary>Of the entries that have a path.</summary>
    public IEnumerable<int> Numbers => Enumerable.Range(0, _end).Where(number => _entries[number].PathCount > 0);

    /// <summary>How many entries wait for <see cref="Decide()"/>.</summary>
    public int Undecided => _undecided.Count;

    /// <summary>The entries that <see cref="Decide()"/> last decided on, whatever came of it.</summary>
    public List<int> Touched => _touched;

    private PrefixIndex Index => _index ??= new(_entries);

    /// <returns>-1 if nothing is known of the prefix.</returns>
    public int Find(in Prefix prefix) => Index.Find(prefix);

    /// <summary>No policy or loop forbids it, and its next hop can be reached.</summary>
    public bool CanUse(in RibPath path) => DecisionProcess.Choose(path, metric).Exists;

    public void Put(in Prefix prefix, in RibPath path)
    {
        var number = Index.Find(prefix);
        if (number < 0)
            number = Add(prefix);

        ref var entry = ref _entries[number];
        var index = IndexOf(entry, path.Source, path.Id);
        if (index < 0)
        {
            index = entry.PathCount++;
            if (index > 0 && (entry.Others?.Length ?? 0) < index)
                Array.Resize(ref entry.Others, index == 1 ? 1 : index * 2 - 1);
            path.Source.PathCount++;
        }

        Set(ref entry, index, path);
        Note(ref entry, number);
    }

    /// <param name="id">As in <see cref="RibPath.Id"/>.</param>
    public void Remove(in Prefix prefix, RouteSource source, uint id = 0)
    {
        if (Index.Find(prefix) is var number and >= 0 && IndexOf(_entries[number], source, id) is var index and >= 0)
            RemoveAt(number, index);
    }

    /// <summary>Removes those paths of the source that the condition holds for.</summary>
    public void RemoveWhere(RouteSource source, Func<Prefix, RibPath, bool> condition)
    {
        for (var number = 0; number < _end && source.PathCount > 0; number++)
        {
            ref var entry = ref _entries[number];
            for (var index = entry.PathCount - 1; index >= 0; index--)
            {
                var path = entry.Path(index);
                if (ReferenceEquals(path.Source, source) && condition(entry.Prefix, path))
                    RemoveAt(number, index);
            }
        }
    }

    /// <summary>Replaces every path of the source by what the function makes of it.</summary>
    public void Change(RouteSource source, Func<Prefix, RibPath, RibPath> change)
    {
        if (source.PathCount == 0)
            return;

        for (var number = 0; number < _end; number++)
        {
            ref var entry = ref _entries[number];
            for (var index = 0; index < entry.PathCount; index++)
            {
                var before = entry.Path(index);
                if (!ReferenceEquals(before.Source, source) || change(entry.Prefix, before) is var after && after == before)
                    continue;

                Set(ref entry, index, after);
                Note(ref entry, number);
            }
        }
    }

    /// <summary>What decisions depend on besides the paths has changed: all are made anew.</summary>
    public void NoteAll()
    {
        for (var number = 0; number < _end; number++)
        {
            if (_entries[number].PathCount > 0)
                Note(ref _entries[number], number);
        }
    }

    /// <summary>Chooses anew wherever a path has changed.</summary>
    /// <returns>The numbers of the entries whose choice is another than before; good until the next call.</returns>
    public List<int> Decide()
    {
        foreach (var number in _emptied)
            Release(number);
        _emptied.Clear();
        _changed.Clear();
        (_touched, _undecided) = (_undecided, _touched);
        _undecided.Clear();
        foreach (var number in _touched)
        {
            ref var entry = ref _entries[number];
            entry.IsUndecided = false;
            if (Decide(ref entry))
                _changed.Add(number);
            if (entry.PathCount > 0)
                continue;

            Hold(number); // until those who were told of this choice have taken note
            _emptied.Add(number);
        }

        return _changed;
    }

    /// <summary>The number stays that of this prefix, until as often released.</summary>
    public void Hold(int number) => _entries[number].Holders++;

    public void Release(int number)
    {
        ref var entry = ref _entries[number];
        if (--entry.Holders > 0 || entry.PathCount > 0 || entry.IsUndecided)
            return;

        Index.Remove(entry.Prefix);
        entry = default;
        _free.Push(number);
    }

    /// <summary>Marks every attribute set that a path refers to.</summary>
    public void Mark(int epoch)
    {
        for (var number = 0; number < _end; number++)
        {
            ref var entry = ref _entries[number];
            for (var index = 0; index < entry.PathCount; index++)
            {
                var path = entry.Path(index);
                path.Received.Mark(epoch);
                path.Usable?.Mark(epoch);
            }
        }
    }

    /// <summary>Good until the next call of this or of <see cref="Decide()"/>.</summary>
    public ReadOnlySpan<RibPath> PathsOf(in RibEntry entry)
    {
        if (_paths.Length < entry.PathCount)
            _paths = new RibPath[entry.PathCount * 2];
        for (var i = 0; i < entry.PathCount; i++)
            _paths[i] = entry.Path(i);
        return _paths.AsSpan(0, entry.PathCount);
    }

    private int Add(in Prefix prefix)
    {
        if (!_free.TryPop(out var number))
        {
            number = _end++;
            _entries.MakeRoom(_end);
        }

        _entries[number].Prefix = prefix;
        Index.Add(prefix, number);
        return number;
    }

    private void RemoveAt(int number, int index)
    {
        ref var entry = ref _entries[number];
        entry.Path(index).Source.PathCount--;
        var last = --entry.PathCount;
        if (index < last)
            Set(ref entry, index, entry.Path(last));
        Set(ref entry, last, default);
        if (entry.PathCount <= 1)
            entry.Others = null;
        Note(ref entry, number);
    }

    private static void Set(ref RibEntry entry, int index, in RibPath path)
    {
        if (index == 0 || entry.Others is null)
            entry.First = path;
        else
            entry.Others[index - 1] = path;
    }

    private void Note(ref RibEntry entry, int number)
    {
        if (entry.IsUndecided)
            return;

        entry.IsUndecided = true;
        _undecided.Add(number);
    }

    private static int IndexOf(in RibEntry entry, RouteSource source, uint id)
    {
        if (entry.PathCount > 0 && ReferenceEquals(entry.First.Source, source) && entry.First.Id == id)
            return 0;

        for (var i = 1; i < entry.PathCount; i++)
        {
            ref readonly var path = ref entry.Others![i - 1]; // there are more paths than the first
            if (ReferenceEquals(path.Source, source) && path.Id == id)
                return i;
        }

        return -1;
    }

    /// <returns>True if the choice is another than before. That a route has become stale or fresh changes nothing for anyone else.</returns>
    private bool Decide(ref RibEntry entry)
    {
        var (best, multipath) = entry.PathCount == 1 ? (DecisionProcess.Choose(entry.First, metric), null) : ChooseAmong(entry);
        if (best.Is(entry.Best) && Same(multipath, entry.Multipath))
            return false;

        (entry.Best, entry.Multipath) = (best, multipath);
        return true;
    }

    private (Choice Best, Choice[]? Multipath) ChooseAmong(in RibEntry entry)
    {
        if (entry.PathCount == 0)
            return default;

        return DecisionProcess.Choose(PathsOf(entry), metric);
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
