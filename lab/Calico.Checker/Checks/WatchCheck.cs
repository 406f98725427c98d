using Calico.Checker.Histories;

namespace Calico.Checker.Checks;

/// <summary>Watchers are told every version, once, in the order of revisions.</summary>
internal sealed class WatchCheck(History history, Truth truth)
{
    public IEnumerable<string> Faults()
    {
        var all = truth.All.OrderBy(version => version.Revision).ToList();
        return history.Watches.SelectMany(watch => FaultsOf(watch, all));
    }

    private static IEnumerable<string> FaultsOf(Watch watch, List<KeyVersion> all)
    {
        foreach (var problem in watch.Problems)
            yield return $"watch {watch.Name}: {problem}";

        var told = new HashSet<(string, long)>();
        var last = watch.After;
        foreach (var change in watch.Events)
        {
            if (change.Revision < last)
                yield return $"watch {watch.Name}: revision {change.Revision} was told after {last}";
            if (!told.Add((change.Key, change.Revision)))
                yield return $"watch {watch.Name}: revision {change.Revision} of {change.Key} was told twice";
            last = Math.Max(last, change.Revision);
        }

        foreach (var missed in all.Where(version => version.Revision > watch.After && !told.Contains((version.Key, version.Revision))))
            yield return $"watch {watch.Name}: revision {missed.Revision} of {missed.Key} was never told";
    }
}
