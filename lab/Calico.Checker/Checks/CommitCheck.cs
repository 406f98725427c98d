using Calico.Checker.Histories;

namespace Calico.Checker.Checks;

/// <summary>Lost and doubled writes, compare-and-swap that compared with what was no longer there, commits that were done by half, and the order of time.</summary>
internal sealed class CommitCheck(History history, Truth truth)
{
    private readonly Dictionary<string, Commit> _byValue = history.Commits
        .SelectMany(commit => commit.Writes.Where(write => write.Value is not null).Select(write => (Value: write.Value ?? "", Commit: commit)))
        .ToDictionary(pair => pair.Value, pair => pair.Commit);

    public IEnumerable<string> Faults() => [.. truth.Splits, .. Lost(), .. Doubled(), .. Refused(), .. Stale(), .. OutOfOrder(), .. StaleReads()];

    /// <summary>What was acknowledged last of each key must be there in the end, or a later version.</summary>
    private IEnumerable<string> Lost()
    {
        var final = history.Final.ToDictionary(version => version.Key);
        foreach (var key in truth.Keys)
        {
            if (truth.Of(key) is not { Count: > 0 } versions)
                continue;

            var (revision, value) = versions.Last();
            var there = final.GetValueOrDefault(key);
            if (value is not null && there?.Revision != revision)
                yield return $"lost: {key} = {value} of revision {revision} is not there in the end, but {(there is null ? "nothing" : $"revision {there.Revision}")}";
        }
    }

    private IEnumerable<string> Doubled() =>
        from version in truth.All
        where version.Value is not null && _byValue.ContainsKey(version.Value)
        group version by version.Value into same
        where same.Count() > 1
        select $"doubled: {same.Key} was written at revisions {string.Join(" and ", same.Select(version => version.Revision))}";

    private IEnumerable<string> Refused() =>
        from version in truth.All
        where version.Value is not null && _byValue.TryGetValue(version.Value, out var commit) && commit.Ending == Ending.Refused
        select $"refused and done: {version.Key} = {version.Value} was refused, and is there at revision {version.Revision}";

    private IEnumerable<string> Stale()
    {
        foreach (var (commit, revision) in Known())
        {
            foreach (var write in commit.Writes)
            {
                if (!truth.Of(write.Key).TryGetValue(revision, out var value) || value != write.Value)
                    yield return $"half done: the commit of revision {revision} wrote {write.Key} = {write.Value ?? "deleted"}, which nobody was told of";
                else if (truth.Before(write.Key, revision) is var before && before != write.Expected)
                    yield return $"stale compare-and-swap: revision {revision} of {write.Key} expected revision {write.Expected}, and {before} was there";
            }
        }
    }

    /// <summary>A commit that began after another had ended comes after it.</summary>
    private IEnumerable<string> OutOfOrder()
    {
        var acknowledged = history.Commits.Where(commit => commit is { Ending: Ending.Done, Revision: > 0 }).ToList();
        var ended = acknowledged.OrderBy(commit => commit.Ended).ToList();
        var (next, newest) = (0, 0L);
        foreach (var commit in acknowledged.OrderBy(commit => commit.Began))
        {
            for (; next < ended.Count && ended[next].Ended < commit.Began; next++)
                newest = Math.Max(newest, ended[next].Revision);
            if (commit.Revision <= newest)
                yield return $"out of order: a commit of revision {commit.Revision} began after that of revision {newest} had ended";
        }
    }

    /// <summary>A read sees what was acknowledged before it began, and nothing that was never written.</summary>
    private IEnumerable<string> StaleReads()
    {
        var writes = (from commit in history.Commits
                      where commit.Ending == Ending.Done
                      from write in commit.Writes
                      select (write.Key, commit.Ended, commit.Revision)).ToLookup(write => write.Key);
        foreach (var readings in history.Readings.GroupBy(reading => reading.Found.Key))
        {
            var ended = writes[readings.Key].OrderBy(write => write.Ended).ToList();
            var (next, newest) = (0, 0L);
            foreach (var reading in readings.OrderBy(reading => reading.Began))
            {
                for (; next < ended.Count && ended[next].Ended < reading.Began; next++)
                    newest = Math.Max(newest, ended[next].Revision);
                if (IsStale(reading, newest))
                    yield return $"stale read: {readings.Key} was read as of revision {reading.Found.Revision} after revision {newest} had been acknowledged";
                if (reading.Found.Value is { } value && !_byValue.ContainsKey(value))
                    yield return $"out of nothing: {readings.Key} was read as {value}, which nobody wrote";
            }
        }
    }

    /// <summary>An absent key is no stale answer if somebody deleted it at that revision or later, as far as that is known.</summary>
    private bool IsStale(Reading reading, long newest) => reading.Found.Revision > 0
        ? reading.Found.Revision < newest
        : newest > 0 && !truth.Of(reading.Found.Key).Any(version => version.Key >= newest && version.Value is null);

    /// <summary>Commits whose revision is known, by their answer or because what they wrote was seen.</summary>
    private IEnumerable<(Commit Commit, long Revision)> Known()
    {
        var seen = truth.All.Where(version => version.Value is not null && _byValue.ContainsKey(version.Value))
            .Select(version => (Commit: _byValue[version.Value ?? ""], version.Revision));
        var acknowledged = history.Commits.Where(commit => commit is { Ending: Ending.Done, Revision: > 0 }).Select(commit => (Commit: commit, commit.Revision));
        return seen.Concat(acknowledged).DistinctBy(pair => (pair.Commit.Began, pair.Commit.Writes[0], pair.Revision));
    }
}
