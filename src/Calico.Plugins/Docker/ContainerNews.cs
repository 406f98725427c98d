namespace Calico.Plugins.Docker;

/// <summary>Of which containers there is news since somebody looked. Safe for several threads.</summary>
internal sealed class ContainerNews
{
    private readonly Lock _lock = new(); // guards the two below
    private readonly HashSet<string> _ids = [];
    private bool _ofAll = true; // nobody has looked yet

    public void Add(string id)
    {
        lock (_lock)
            _ids.Add(id);
    }

    /// <summary>Anything may have happened to any of them.</summary>
    public void AddAll()
    {
        lock (_lock)
            _ofAll = true;
    }

    /// <summary>The ids of those to be looked at; null: all.</summary>
    public IReadOnlyCollection<string>? Take()
    {
        lock (_lock)
        {
            string[]? taken = _ofAll ? null : [.. _ids];
            _ids.Clear();
            _ofAll = false;
            return taken;
        }
    }
}
