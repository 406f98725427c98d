using Calico.Checker.Histories;

namespace Calico.Checker.Checks;

/// <summary>Every version of every key that anybody was shown or told of, in the order of revisions.</summary>
internal sealed class Truth
{
    private readonly Dictionary<string, SortedList<long, string?>> _versions = [];

    public Truth(History history)
    {
        foreach (var version in history.Watches.SelectMany(watch => watch.Events).Concat(history.Final).Concat(Acknowledged(history)).Concat(Read(history)))
            Add(version);
    }

    /// <summary>Two values of one key at one revision.</summary>
    public HashSet<string> Splits { get; } = [];

    public IEnumerable<KeyVersion> All => _versions.SelectMany(key => key.Value.Select(version => new KeyVersion(key.Key, version.Value, version.Key)));

    public IEnumerable<string> Keys => _versions.Keys;

    /// <summary>In order of revisions; empty if there are none.</summary>
    public SortedList<long, string?> Of(string key) => _versions.GetValueOrDefault(key) ?? [];

    /// <summary>The revision of the key just before another; 0 if it was not there.</summary>
    public long Before(string key, long revision)
    {
        var versions = Of(key);
        var index = versions.IndexOfKey(revision) - 1;
        return index >= 0 && versions.Values[index] is not null ? versions.Keys[index] : 0;
    }

    private static IEnumerable<KeyVersion> Acknowledged(History history) =>
        from commit in history.Commits
        where commit.Ending == Ending.Done && commit.Revision > 0
        from write in commit.Writes
        select new KeyVersion(write.Key, write.Value, commit.Revision);

    private static IEnumerable<KeyVersion> Read(History history) => history.Readings.Select(reading => reading.Found).Where(found => found.Revision > 0);

    private void Add(KeyVersion version)
    {
        if (!_versions.TryGetValue(version.Key, out var versions))
            _versions.Add(version.Key, versions = []);
        if (!versions.TryAdd(version.Revision, version.Value) && versions[version.Revision] != version.Value)
            Splits.Add($"{version.Key} at revision {version.Revision} is both {Show(versions[version.Revision])} and {Show(version.Value)}");
    }

    private static string Show(string? value) => value ?? "deleted";
}
