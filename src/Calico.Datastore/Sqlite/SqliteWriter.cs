using System.Threading.Channels;
using Microsoft.Data.Sqlite;

namespace Calico.Datastore.Sqlite;

/// <summary>Commits one after another; those that wait together share one transaction and so one flush to disk.</summary>
internal sealed class SqliteWriter : IAsyncDisposable
{
    private const int MaxBatch = 256;
    private const int TrimEvery = 256;

    private readonly Channel<Pending> _queue = Channel.CreateBounded<Pending>(1024);
    private readonly SqliteReader _sql;
    private readonly SqliteOptions _options;
    private readonly TimeProvider _time;
    private readonly ChangeSignal _signal;
    private readonly Task _loop;

    public SqliteWriter(SqliteConnection connection, SqliteOptions options, TimeProvider time, ChangeSignal signal)
    {
        (_options, _time, _signal) = (options, time, signal);
        _sql = new(connection);
        _loop = Task.Run(RunAsync);
    }

    public Task<CommitResult> CommitAsync(IReadOnlyList<StoreWrite> writes, CancellationToken cancellation) => CommitAsync(() => writes, cancellation);

    /// <summary>Deletes the keys whose time is over.</summary>
    public Task LapseAsync(CancellationToken cancellation) => CommitAsync(() => _sql.LapsedBy(Now).ConvertAll(key => StoreWrite.Delete(key)), cancellation);

    private long Now => _time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <param name="writes">Asked for within the transaction.</param>
    /// <param name="cancellation">Ends the wait for a place in the queue.</param>
    private async Task<CommitResult> CommitAsync(Func<IReadOnlyList<StoreWrite>> writes, CancellationToken cancellation)
    {
        var pending = new Pending(writes);
        await _queue.Writer.WriteAsync(pending, cancellation);
        return await pending.Done.Task; // queued is as good as begun: the answer must be known
    }

    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _loop;
        _sql.Dispose();
    }

    private async Task RunAsync()
    {
        var batch = new List<Pending>();
        while (await _queue.Reader.WaitToReadAsync())
        {
            batch.Clear();
            while (batch.Count < MaxBatch && _queue.Reader.TryRead(out var pending))
                batch.Add(pending);
            Commit(batch);
        }
    }

    private void Commit(List<Pending> batch)
    {
        try
        {
            var (before, after) = (0L, 0L);
            var results = _sql.Write(() =>
            {
                before = after = _sql.Revisions().Newest;
                var applied = batch.ConvertAll(pending => Apply(pending.Writes(), ref after));
                if (after != before)
                    Advance(before, after);
                return applied;
            });
            for (var i = 0; i < batch.Count; i++)
                batch[i].Done.SetResult(results[i]);
            if (after != before)
                _signal.Announce();
        }
        catch (SqliteException e)
        {
            Fail(batch, SqliteFaults.Explain(_options.Path, e));
        }
        catch (Exception e)
        {
            Fail(batch, e);
        }
    }

    private static void Fail(List<Pending> batch, Exception fault)
    {
        foreach (var pending in batch)
            pending.Done.TrySetException(fault);
    }

    private CommitResult Apply(IReadOnlyList<StoreWrite> writes, ref long revision)
    {
        foreach (var write in writes)
        {
            if (write.ExpectedRevision is { } expected && _sql.Get(write.Key) is var actual && expected != (actual?.Revision ?? 0))
                return new CommitResult.Conflict(write.Key, actual);
        }

        var next = revision + 1;
        var changed = false;
        foreach (var write in writes.Where(write => !write.IsCheck))
            changed |= Write(write, next);
        if (changed)
            revision = next;
        return new CommitResult.Committed(revision);
    }

    /// <returns>False if there was nothing to delete.</returns>
    private bool Write(StoreWrite write, long revision)
    {
        var value = write.Value?.ToArray();
        var rows = value is null
            ? _sql.Prepare("DELETE FROM kv WHERE key = $1", write.Key).ExecuteNonQuery()
            : _sql.Prepare("INSERT INTO kv VALUES ($1, $2, $3) ON CONFLICT DO UPDATE SET value = $2, revision = $3", write.Key, value, revision).ExecuteNonQuery();
        if (write.TimeToLive is { } time)
            _sql.Prepare("INSERT OR REPLACE INTO lapse VALUES ($1, $2)", write.Key, Now + (long)time.TotalMilliseconds).ExecuteNonQuery();
        else
            _sql.Prepare("DELETE FROM lapse WHERE key = $1", write.Key).ExecuteNonQuery();
        if (rows == 0)
            return false;

        _sql.Prepare("INSERT INTO history VALUES ($1, $2, $3, $4, $5)", revision, write.Key, value, Now, _options.Author).ExecuteNonQuery();
        return true;
    }

    private void Advance(long before, long after)
    {
        _sql.Prepare("UPDATE state SET revision = $1", after).ExecuteNonQuery();
        if (after / TrimEvery != before / TrimEvery)
            Trim(after);
    }

    private void Trim(long revision)
    {
        var oldest = revision - _options.KeptRevisions;
        if (oldest <= 0)
            return;

        _sql.Prepare("DELETE FROM history WHERE revision <= $1", oldest).ExecuteNonQuery();
        _sql.Prepare("UPDATE state SET compacted = max(compacted, $1)", oldest).ExecuteNonQuery();
    }

    private sealed record Pending(Func<IReadOnlyList<StoreWrite>> Writes)
    {
        public TaskCompletionSource<CommitResult> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
