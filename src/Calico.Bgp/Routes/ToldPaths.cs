namespace Calico.Bgp.Routes;

/// <summary>What a peer has been told that takes several paths to a prefix (RFC 7911), each under an identifier of ours.</summary>
/// <remarks>An identifier is that of a path for as long as the peer knows the path, whatever happens to the others.</remarks>
internal sealed class ToldPaths(Rib rib)
{
    private readonly Dictionary<int, List<ToldPath>> _told = [];

    public int Count { get; private set; }

    public IEnumerable<int> Numbers => _told.Keys;

    public IEnumerable<(int Number, Exported What)> All => _told.SelectMany(entry => entry.Value.Select(path => (entry.Key, path.What)));

    /// <summary>Brings it up to date.</summary>
    /// <param name="export">What the peer may be told of a path, null for nothing.</param>
    /// <returns>What is to be said. Each identifier that is withdrawn holds the entry until it is released.</returns>
    public (List<(uint PathId, Exported What)> Announced, List<uint> Withdrawn) Take(int number, Func<Choice, Exported?> export)
    {
        var before = _told.GetValueOrDefault(number) ?? [];
        var now = new List<ToldPath>();
        var announced = new List<(uint, Exported)>();
        foreach (ref readonly var path in rib.PathsOf(number))
        {
            var route = new Choice(path.Source, path.Usable, path.Id);
            if (!rib.CanUse(path) || export(route) is not { } what)
                continue;

            var told = before.Find(told => ReferenceEquals(told.Source, route.Source) && told.SourceId == route.Id);
            var pathId = told.What is null ? Unused(before, now) : told.PathId;
            now.Add(new(path.Source, path.Id, pathId, what));
            if (told.What is null)
                rib.Hold(number);
            if (!what.SaysTheSameAs(told.What))
                announced.Add((pathId, what));
        }

        var withdrawn = before.Where(told => !now.Exists(path => path.PathId == told.PathId)).Select(told => told.PathId).ToList();
        Count += now.Count - before.Count;
        if (now.Count == 0)
            _told.Remove(number);
        else
            _told[number] = now;
        return (announced, withdrawn);
    }

    /// <returns>False if the peer was told no path of it.</returns>
    public bool Forget(int number)
    {
        if (!_told.TryGetValue(number, out var paths))
            return false;

        for (var i = 0; i < paths.Count; i++)
            paths[i] = paths[i] with { What = Exported.Forgotten };
        return true;
    }

    public void Clear()
    {
        _told.Clear();
        Count = 0;
    }

    private static uint Unused(List<ToldPath> before, List<ToldPath> now)
    {
        for (var id = 1u; ; id++)
        {
            if (!before.Exists(path => path.PathId == id) && !now.Exists(path => path.PathId == id))
                return id;
        }
    }

    private readonly record struct ToldPath(RouteSource Source, uint SourceId, uint PathId, Exported What);
}
