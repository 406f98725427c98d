using System.Net;
using Calico.Bgp.Values;

namespace Calico.Bgp.Routes;

/// <summary>The routing information base: every path of every source, and the choice among them.</summary>
/// <remarks>
/// Adj-RIBs-In and Loc-RIB in one table, a prefix an entry. Changing a path only notes its prefix; <see cref="Decide"/> then chooses
/// for all that were noted. Not thread-safe: the speaker's loop owns it.
/// </remarks>
internal sealed class Rib(Func<IPAddress, uint?> metric)
{
    private readonly Dictionary<Prefix, RibEntry> _entries = [];
    private readonly List<RibEntry> _undecided = [];

    public IEnumerable<Prefix> Prefixes => _entries.Keys;

    public IEnumerable<RibEntry> Entries => _entries.Values;

    public RibEntry? Find(Prefix prefix) => _entries.GetValueOrDefault(prefix);

    public void Put(Prefix prefix, RibPath path)
    {
        if (!_entries.TryGetValue(prefix, out var entry))
            _entries.Add(prefix, entry = new(prefix));

        var index = IndexOf(entry, path.Source);
        if (index < 0)
        {
            entry.Paths = [.. entry.Paths, path];
            path.Source.PathCount++;
        }
        else
        {
            Replace(entry, index, path);
        }

        Note(entry);
    }

    public void Remove(Prefix prefix, RouteSource source)
    {
        if (_entries.TryGetValue(prefix, out var entry))
            Remove(entry, source);
    }

    /// <summary>Removes those paths of the source that the condition holds for.</summary>
    public void RemoveWhere(RouteSource source, Func<Prefix, RibPath, bool> condition)
    {
        if (source.PathCount == 0)
            return;

        foreach (var entry in _entries.Values)
        {
            if (IndexOf(entry, source) is var index and >= 0 && condition(entry.Prefix, entry.Paths[index]))
                Remove(entry, source);
        }
    }

    /// <summary>Replaces every path of the source by what the function makes of it.</summary>
    public void Change(RouteSource source, Func<Prefix, RibPath, RibPath> change)
    {
        if (source.PathCount == 0)
            return;

        foreach (var entry in _entries.Values)
        {
            if (IndexOf(entry, source) is not (var index and >= 0))
                continue;

            var path = change(entry.Prefix, entry.Paths[index]);
            if (path == entry.Paths[index])
                continue;

            Replace(entry, index, path);
            Note(entry);
        }
    }

    /// <summary>Chooses anew wherever a path has changed.</summary>
    /// <returns>The entries whose choice is another than before.</returns>
    public List<RibEntry> Decide()
    {
        var changed = new List<RibEntry>();
        foreach (var entry in _undecided)
        {
            entry.IsUndecided = false;
            var (best, multipath) = DecisionProcess.Choose(entry.Paths, metric);
            if (entry.Paths.Length == 0)
                _entries.Remove(entry.Prefix);
            if (SameRoute(best, entry.Best) && multipath.AsSpan().SequenceEqual(entry.Multipath, RouteComparer.Instance))
                continue;

            (entry.Best, entry.Multipath) = (best, multipath);
            changed.Add(entry);
        }

        _undecided.Clear();
        return changed;
    }

    private void Remove(RibEntry entry, RouteSource source)
    {
        if (IndexOf(entry, source) is not (var index and >= 0))
            return;

        entry.Paths = [.. entry.Paths[..index], .. entry.Paths[(index + 1)..]];
        source.PathCount--;
        Note(entry);
    }

    private static void Replace(RibEntry entry, int index, RibPath path)
    {
        RibPath[] paths = [.. entry.Paths];
        paths[index] = path;
        entry.Paths = paths;
    }

    private void Note(RibEntry entry)
    {
        if (entry.IsUndecided)
            return;

        entry.IsUndecided = true;
        _undecided.Add(entry);
    }

    private static int IndexOf(RibEntry entry, RouteSource source)
    {
        for (var i = 0; i < entry.Paths.Length; i++)
        {
            if (ReferenceEquals(entry.Paths[i].Source, source))
                return i;
        }

        return -1;
    }

    /// <summary>That a route has become stale or fresh changes nothing for anyone else.</summary>
    private static bool SameRoute(RibPath? left, RibPath? right) =>
        ReferenceEquals(left?.Source, right?.Source) && Equals(left?.Usable, right?.Usable);

    private sealed class RouteComparer : IEqualityComparer<RibPath>
    {
        public static readonly RouteComparer Instance = new();

        public bool Equals(RibPath? x, RibPath? y) => SameRoute(x, y);

        public int GetHashCode(RibPath obj) => HashCode.Combine(obj.Source, obj.Usable);
    }
}
