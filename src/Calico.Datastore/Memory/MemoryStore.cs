using System.Runtime.CompilerServices;

namespace Calico.Datastore.Memory;

/// <summary>A store that lives in this process alone: for tests and simulation.</summary>
/// <param name="keptRevisions">How many commits back a watch can start.</param>
/// <param name="time">Tells when a key's time is over; null: the machine's.</param>
public sealed class MemoryStore(int keptRevisions = 10_000, TimeProvider? time = null) : IStore
{
    private readonly Lock _lock = new(); // guards every field below
    private readonly Dictionary<string, (StoreWrite By, ITimer Timer)> _lapses = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, StoredValue> _values = new(StringComparer.Ordinal);
    private readonly List<StoreEvent> _history = [];
    private TaskCompletionSource _changed = NewSignal();
    private long _revision;
    private long _oldest;

    public string Description => "the store in memory";

    public Task<StoredValue?> GetAsync(string key, CancellationToken cancellation)
    {
        lock (_lock)
            return Task.FromResult(_values.GetValueOrDefault(key));
    }

    public Task<Listing> ListAsync(string prefix, CancellationToken cancellation)
    {
        lock (_lock)
            return Task.FromResult(new Listing([.. _values.Values.Where(stored => Starts(stored.Key, prefix))], _revision));
    }

    public Task<Listing> ListAtAsync(string prefix, long revision, CancellationToken cancellation)
    {
        lock (_lock)
        {
            var past = new PastListing(prefix, revision, _revision, _oldest);
            foreach (var change in _history)
                past.Change(change.Key, change.Value?.Value.ToArray(), change.Revision);
            return Task.FromResult(past.Make(_values.Values.Where(stored => Starts(stored.Key, prefix))));
        }
    }

    public async Task<IReadOnlyList<string>> ListKeysAsync(string prefix, CancellationToken cancellation) =>
        [.. (await ListAsync(prefix, cancellation)).Items.Select(stored => stored.Key)];

    public Task<CommitResult> CommitAsync(IReadOnlyList<StoreWrite> writes, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        StoreWrite.RefuseDuplicates(writes);
        lock (_lock)
            return Task.FromResult<CommitResult>(FindConflict(writes) is { } conflict ? conflict : Apply(writes));
    }

    public async IAsyncEnumerable<StoreEvent> WatchAsync(string prefix, long afterRevision, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var seen = afterRevision;
        while (true)
        {
            List<StoreEvent> events;
            Task changed;
            lock (_lock)
            {
                if (seen < _oldest || seen > _revision)
                    throw new CompactedException(_oldest);

                events = _history.FindAll(change => change.Revision > seen);
                changed = _changed.Task;
                seen = _revision;
            }

            foreach (var change in events.Where(change => Starts(change.Key, prefix)))
                yield return change;
            await changed.WaitAsync(cancellation);
        }
    }

    /// <summary>Forgets changes up to and including the revision: watches from before it end with <see cref="CompactedException"/>.</summary>
    public void Compact(long revision)
    {
        lock (_lock)
        {
            _oldest = Math.Max(_oldest, revision);
            _history.RemoveAll(change => change.Revision <= _oldest);
        }
    }

    public ValueTask DisposeAsync()
    {
        lock (_lock)
        {
            foreach (var (_, timer) in _lapses.Values)
                timer.Dispose();
            _lapses.Clear();
        }

        return ValueTask.CompletedTask;
    }

    private CommitResult.Conflict? FindConflict(IReadOnlyList<StoreWrite> writes) => writes
        .Where(write => write.ExpectedRevision is { } expected && expected != (_values.GetValueOrDefault(write.Key)?.Revision ?? 0))
        .Select(write => new CommitResult.Conflict(write.Key, _values.GetValueOrDefault(write.Key)))
        .FirstOrDefault();

    private CommitResult.Committed Apply(IReadOnlyList<StoreWrite> writes)
    {
        var next = _revision + 1;
        var before = _history.Count;
        foreach (var write in writes.Where(write => !write.IsCheck))
        {
            SetLapse(write);
            if (write.Value is { } value)
                _history.Add(new(write.Key, _values[write.Key] = new(write.Key, value.ToArray(), next), next));
            else if (_values.Remove(write.Key))
                _history.Add(new(write.Key, Value: null, next));
        }

        if (_history.Count == before)
            return new(_revision);

        _revision = next;
        if (_revision - _oldest > 2L * keptRevisions)
            Compact(_revision - keptRevisions);
        _changed.SetResult();
        _changed = NewSignal();
        return new(_revision);
    }

    private void SetLapse(StoreWrite write)
    {
        if (_lapses.Remove(write.Key, out var before))
            before.Timer.Dispose();
        if (write.TimeToLive is { } left)
            _lapses[write.Key] = (write, (time ?? TimeProvider.System).CreateTimer(_ => Lapse(write), null, left, Timeout.InfiniteTimeSpan));
    }

    /// <param name="written">What set the time that is over; nothing happens if the key was written since.</param>
    private void Lapse(StoreWrite written)
    {
        lock (_lock)
        {
            if (_lapses.TryGetValue(written.Key, out var last) && ReferenceEquals(last.By, written))
                Apply([StoreWrite.Delete(written.Key)]);
        }
    }

    private static bool Starts(string key, string prefix) => key.StartsWith(prefix, StringComparison.Ordinal);

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
