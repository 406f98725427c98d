using System.Runtime.CompilerServices;
using Calico.Model.Store;

namespace Calico.Datastore.Syncing;

/// <summary>Between the loop that follows the store and a reader that may be slow: of each thing only the newest state waits.</summary>
/// <remarks>So its size is bounded by the number of things, however far the reader falls behind.</remarks>
internal sealed class Outbox(int batchSize)
{
    private readonly Lock _lock = new(); // guards the fields below
    private readonly OrderedDictionary<StoreName, object?> _changes = [];
    private readonly List<SyncEvent> _marks = [];
    private TaskCompletionSource _filled = NewSignal();

    public void Add(StoreName name, object? value)
    {
        lock (_lock)
        {
            _changes[name] = value;
            _filled.TrySetResult();
        }
    }

    /// <summary>The mark is told after all changes added before it.</summary>
    public void Add(SyncEvent mark)
    {
        lock (_lock)
        {
            // What the reader has not seen yet and no longer holds is not told: a loss that is over, an older fault of the same key.
            var over = mark is SyncEvent.Connected ? _marks.RemoveAll(waiting => waiting is SyncEvent.Disconnected) : 0;
            if (mark is SyncEvent.Unreadable unreadable)
                _marks.RemoveAll(waiting => waiting is SyncEvent.Unreadable older && older.Key == unreadable.Key);
            if (over == 0)
                _marks.Add(mark);
            _filled.TrySetResult();
        }
    }

    public async IAsyncEnumerable<SyncEvent> ReadAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        while (true)
        {
            var (changes, marks, filled) = Take();
            foreach (var batch in changes.Chunk(batchSize))
                yield return new SyncEvent.Changed(batch);
            foreach (var mark in marks)
                yield return mark;
            await filled.WaitAsync(cancellation);
        }
    }

    private (List<StoreChange> Changes, List<SyncEvent> Marks, Task Filled) Take()
    {
        lock (_lock)
        {
            List<StoreChange> changes = [.. _changes.Select(pair => new StoreChange(pair.Key, pair.Value))];
            List<SyncEvent> marks = [.. _marks];
            _changes.Clear();
            _marks.Clear();
            if (_filled.Task.IsCompleted)
                _filled = NewSignal();
            return (changes, marks, _filled.Task);
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
