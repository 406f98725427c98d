using System.Text;
using Calico.Checker.Histories;
using Calico.Datastore;

namespace Calico.Checker.Workers;

/// <summary>Watches everything that is checked, across losses and its own restarts, until it is told the end.</summary>
internal sealed class Watcher(WorkerOptions options, Recorder record)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly HashSet<(string, long)> _told = [];
    private long _last = options.After;

    public async Task RunAsync()
    {
        var earlier = HistoryFile.Read(options.Output).ToList();
        if (earlier.Count == 0)
            record.Write(new() { Do = "after", Revision = options.After });
        foreach (var line in earlier.Where(line => line.Do == "told"))
            Remember(line.Key ?? "", line.Revision);

        await using var store = options.Open();
        while (true)
        {
            try
            {
                if (await FollowAsync(store))
                    return;
            }
            catch (CompactedException e)
            {
                record.Write(new() { Do = "problem", Value = $"after revision {_last}: {e.Message}" });
                return;
            }
            catch (DatastoreException)
            {
                await Task.Delay(Pause);
            }
        }
    }

    /// <returns>True at the end.</returns>
    private async Task<bool> FollowAsync(IStore store)
    {
        // The last commit may have been told in part when this process was killed: it is asked for again, and what was told of it passed over.
        var again = _told.Count > 0 ? _last : -1;
        var before = new HashSet<(string, long)>(_told.Where(told => told.Item2 == again));
        await foreach (var change in store.WatchAsync(WorkerOptions.Root, again > 0 ? again - 1 : _last, CancellationToken.None))
        {
            if (before.Contains((change.Key, change.Revision)))
                continue;

            Remember(change.Key, change.Revision);
            record.Write(new() { Do = "told", Key = change.Key, Value = change.Value is { } stored ? Encoding.UTF8.GetString(stored.Value.Span) : null, Revision = change.Revision });
            if (change.Key == WorkerOptions.End)
                return true;
        }

        return false;
    }

    private void Remember(string key, long revision)
    {
        if (revision > _last)
            _told.Clear();
        _told.Add((key, revision));
        _last = Math.Max(_last, revision);
    }
}
