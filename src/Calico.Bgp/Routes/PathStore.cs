using System.Runtime.InteropServices;
using Calico.Bgp.Attributes;
using Calico.Bgp.Values;

namespace Calico.Bgp.Routes;

/// <summary>The paths of all prefixes, in numbers: the first of a prefix in its slot, the others in nodes that hang on it. Equal attribute sets are one object.</summary>
internal sealed class PathStore
{
    private const int ChunkBits = 12;

    private readonly NumberTable<RouteSource> _sources = new();
    private readonly NumberTable<PathAttributes> _sets = new();
    private readonly Chunks<Node> _nodes = new(ChunkBits);
    private int _end = 1; // of the nodes; 0 is for none
    private int _free;

    /// <summary>How many different attribute sets there are.</summary>
    public int SetCount => _sets.Count;

    /// <returns>0 if nothing is known of it.</returns>
    public int NumberOf(RouteSource source) => _sources.NumberOf(source);

    public RibPath Read(in SlotPath path) =>
        new(Source(path.Source) ?? throw NotInUse(), _sets[path.Received] ?? throw NotInUse(), _sets[path.Usable], path.IsStale) { Id = path.Id };

    public Choice Read(in SlotChoice choice) => choice.Source == 0 ? default : new(Source(choice.Source), _sets[choice.Attributes], choice.Id);

    public RouteSource? Source(int number) => _sources[number];

    /// <summary>In the order in which they came.</summary>
    /// <param name="paths">As many as the slot has.</param>
    public void Read(ref RibSlot slot, Span<RibPath> paths)
    {
        for (int i = 0, at = 0; i < slot.PathCount; i++, at = After(slot, at))
            paths[i] = Read(At(ref slot, at));
    }

    /// <returns>False if it replaces one that was there.</returns>
    public bool Put(ref RibSlot slot, in RibPath path)
    {
        var kept = Keep(path);
        var last = 0;
        for (int i = 0, at = 0; i < slot.PathCount; i++, at = After(slot, at))
        {
            ref var there = ref At(ref slot, at);
            last = at;
            if (there.Source != kept.Source || there.Id != kept.Id)
                continue;

            Drop(there);
            there = kept;
            return false;
        }

        if (slot.PathCount++ == 0)
            slot.First = kept;
        else if (last == 0)
            slot.More = NewNode(kept);
        else
            _nodes[last].Next = NewNode(kept);
        return true;
    }

    /// <returns>False if there is no such path.</returns>
    public bool Remove(ref RibSlot slot, int source, uint id)
    {
        for (int i = 0, before = 0, at = 0; i < slot.PathCount; i++, before = at, at = After(slot, at))
        {
            ref var path = ref At(ref slot, at);
            if (path.Source != source || path.Id != id)
                continue;

            Unlink(ref slot, before, at);
            return true;
        }

        return false;
    }

    /// <returns>How many.</returns>
    public int RemoveWhere(ref RibSlot slot, int source, Func<RibPath, bool> condition)
    {
        var count = slot.PathCount;
        for (int i = 0, before = 0, at = 0; i < count; i++)
        {
            ref var path = ref At(ref slot, at);
            if (path.Source == source && condition(Read(path)))
                at = Unlink(ref slot, before, at);
            else
                (before, at) = (at, After(slot, at));
        }

        return count - slot.PathCount;
    }

    /// <returns>Whether one is another than before.</returns>
    public bool Change(ref RibSlot slot, int source, Func<RibPath, RibPath> change)
    {
        var changed = false;
        for (int i = 0, at = 0; i < slot.PathCount; i++, at = After(slot, at))
        {
            ref var path = ref At(ref slot, at);
            if (path.Source != source || Read(path) is var before && change(before) is var after && after == before)
                continue;

            var kept = Keep(after);
            Drop(path);
            path = kept;
            changed = true;
        }

        return changed;
    }

    public void Choose(ref RibSlot slot, in Choice choice)
    {
        var chosen = choice is { Source: { } source }
            ? new SlotChoice { Source = _sources.Use(source), Attributes = choice.Attributes is { } set ? _sets.Use(set) : 0, Id = choice.Id }
            : default;
        _sources.Release(slot.Best.Source);
        _sets.Release(slot.Best.Attributes);
        slot.Best = chosen;
    }

    private SlotPath Keep(in RibPath path) => new(_sources.Use(path.Source), path.IsStale)
    {
        Received = _sets.Use(path.Received),
        Usable = path.Usable is { } usable ? _sets.Use(usable) : 0,
        Id = path.Id,
    };

    private void Drop(in SlotPath path)
    {
        _sources.Release(path.Source);
        _sets.Release(path.Received);
        _sets.Release(path.Usable);
    }

    /// <param name="at">0 for the first, else its node.</param>
    private ref SlotPath At(ref RibSlot slot, int at) => ref at == 0 ? ref slot.First : ref _nodes[at].Path;

    private int After(in RibSlot slot, int at) => at == 0 ? slot.More : _nodes[at].Next;

    /// <returns>Where the one after it stands now.</returns>
    private int Unlink(ref RibSlot slot, int before, int at)
    {
        Drop(At(ref slot, at));
        slot.PathCount--;
        var next = After(slot, at);
        if (at != 0)
        {
            if (before == 0)
                slot.More = next;
            else
                _nodes[before].Next = next;
            Free(at);
            return next;
        }

        slot.First = next == 0 ? default : _nodes[next].Path;
        slot.More = next == 0 ? 0 : _nodes[next].Next;
        if (next != 0)
            Free(next);
        return 0;
    }

    private int NewNode(in SlotPath path)
    {
        var node = _free;
        if (node == 0)
        {
            node = _end++;
            _nodes.MakeRoom(_end);
        }
        else
        {
            _free = _nodes[node].Next;
        }

        _nodes[node] = new() { Path = path };
        return node;
    }

    private void Free(int node)
    {
        _nodes[node] = new() { Next = _free };
        _free = node;
    }

    private static InvalidOperationException NotInUse() => new("a path's source and attributes are in use as long as the path is there");

    [StructLayout(LayoutKind.Sequential)]
    private struct Node
    {
        public SlotPath Path;
        public int Next;
    }
}
