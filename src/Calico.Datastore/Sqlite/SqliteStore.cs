using System.Runtime.CompilerServices;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace Calico.Datastore.Sqlite;

/// <summary>The embedded store: one SQLite file that all processes of this machine share, whatever namespaces they live in.</summary>
/// <remarks>Where the file is mounted into other namespaces its whole folder must be, for the write-ahead log lies beside it.</remarks>
public sealed partial class SqliteStore : IStore
{
    private const UnixFileMode FolderMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Between two looks at which keys are to be deleted.</summary>
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(500);

    /// <summary>No timer takes more than some weeks.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    private readonly SqliteOptions _options;
    private readonly TimeProvider _time;
    private readonly ChangeSignal _signal;
    private readonly SqliteWriter _writer;
    private readonly SqliteReader _reader;
    private readonly SemaphoreSlim _reading = new(1); // guards _reader
    private readonly CancellationTokenSource _end = new();
    private readonly Task _lapsing;

    private SqliteStore(SqliteOptions options, TimeProvider time, SqliteConnection writing, SqliteConnection reading)
    {
        (_options, _time) = (options, time);
        _signal = new(options.Path);
        _writer = new(writing, options, time, _signal);
        _reader = new(reading);
        _lapsing = LapseAsync(_end.Token);
    }

    public string Description => _options.Path;

    /// <summary>Opens the file, making it and its folder if they are missing, for root alone.</summary>
    /// <exception cref="DatastoreException">It cannot be made, opened or understood; the message names the file and the remedy.</exception>
    public static SqliteStore Open(SqliteOptions options, TimeProvider time, ILogger logger)
    {
        SqliteConnection? writing = null;
        try
        {
            MakeFile(options.Path);
            writing = SqliteSchema.Connect(options.Path, options.Deadline);
            SqliteSchema.Prepare(writing, options.Path);
            var store = new SqliteStore(options, time, writing, SqliteSchema.Connect(options.Path, options.Deadline));
            if (store._signal.Fault is { } fault)
                NoticesMissing(logger, options.Path, options.SafetyPoll, fault);
            return store;
        }
        catch (SqliteException e)
        {
            writing?.Dispose();
            throw SqliteFaults.Explain(options.Path, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DatastoreException($"{options.Path}: {e.Message} Run as root, or check the rights on {Path.GetDirectoryName(options.Path)}.", e);
        }
        catch (DatastoreException)
        {
            writing?.Dispose();
            throw;
        }
    }

    public Task<StoredValue?> GetAsync(string key, CancellationToken cancellation) => ReadAsync(reader => reader.Get(key), cancellation);

    public Task<Listing> ListAsync(string prefix, CancellationToken cancellation) => ReadAsync(reader => reader.List(prefix), cancellation);

    public Task<Listing> ListAtAsync(string prefix, long revision, CancellationToken cancellation) => ReadAsync(reader => reader.ListAt(prefix, revision), cancellation);

    public async Task<IReadOnlyList<string>> ListKeysAsync(string prefix, CancellationToken cancellation) =>
        await ReadAsync(reader => reader.ListKeys(prefix), cancellation);

    public async Task<CommitResult> CommitAsync(IReadOnlyList<StoreWrite> writes, CancellationToken cancellation)
    {
        StoreWrite.RefuseDuplicates(writes);
        return await _writer.CommitAsync(writes, cancellation);
    }

    public async IAsyncEnumerable<StoreEvent> WatchAsync(string prefix, long afterRevision, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var seen = afterRevision;
        while (true)
        {
            var next = _signal.Next;
            (var events, seen) = await ReadAsync(reader => reader.ChangesAfter(seen), cancellation);
            foreach (var change in events.Where(change => change.Key.StartsWith(prefix, StringComparison.Ordinal)))
                yield return change;
            await WaitAsync(next, cancellation);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _lapsing;
        _end.Dispose();
        await _writer.DisposeAsync();
        await _reading.WaitAsync(CancellationToken.None);
        _reader.Dispose();
        _signal.Dispose();
        _reading.Dispose();
    }

    private async Task<T> ReadAsync<T>(Func<SqliteReader, T> read, CancellationToken cancellation)
    {
        await _reading.WaitAsync(cancellation);
        try
        {
            return read(_reader);
        }
        catch (SqliteException e)
        {
            throw SqliteFaults.Explain(_options.Path, e);
        }
        finally
        {
            _reading.Release();
        }
    }

    private async Task WaitAsync(Task next, CancellationToken cancellation)
    {
        await next.WaitAsync(_options.SafetyPoll, _time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellation.ThrowIfCancellationRequested();
    }

    /// <summary>Deletes keys whose time is over, whichever process has written them.</summary>
    private async Task LapseAsync(CancellationToken cancellation)
    {
        await Task.Yield(); // whoever opens the store waits for none of it
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                var changed = _signal.Next;
                var due = await ReadAsync(reader => reader.NextLapse(), cancellation) is { } time ? DateTimeOffset.FromUnixTimeMilliseconds(time) - _time.GetUtcNow() : Timeout.InfiniteTimeSpan;
                if (due != Timeout.InfiniteTimeSpan && due <= TimeSpan.Zero)
                    await _writer.LapseAsync(cancellation);
                else
                    await WaitForLapseAsync(due, changed, cancellation);
            }
            catch (DatastoreException)
            {
                await Task.Delay(LookAgain, _time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // a full disk, say: whoever writes is told
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    /// <summary>Until the time has come, or other keys may be due earlier; after many changes one look is enough.</summary>
    private async Task WaitForLapseAsync(TimeSpan due, Task changed, CancellationToken cancellation)
    {
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var unannounced = _signal.Fault is null ? Timeout.InfiniteTimeSpan : _options.SafetyPoll;
        var first = await Task.WhenAny(changed, Task.Delay(Sooner(due, unannounced), _time, waiting.Token));
        await waiting.CancelAsync();
        if (first == changed)
            await Task.Delay(Sooner(due, LookAgain), _time, cancellation);
        cancellation.ThrowIfCancellationRequested();
    }

    private static TimeSpan Sooner(TimeSpan one, TimeSpan other) =>
        one == Timeout.InfiniteTimeSpan || (other != Timeout.InfiniteTimeSpan && other < one) ? other : one < Longest ? one : Longest;

    private static void MakeFile(string path)
    {
        if (Path.GetDirectoryName(path) is { Length: > 0 } folder && !Directory.Exists(folder))
            Directory.CreateDirectory(folder, FolderMode);
        if (File.Exists(path))
            return;

        // SQLite gives the log and its index the rights of the database.
        var options = new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.Write,
            Share = FileShare.ReadWrite,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        using var file = new FileStream(path, options);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Changes of other processes to {Path} are noticed every {Interval} only: {Fault}")]
    private static partial void NoticesMissing(ILogger logger, string path, TimeSpan interval, string fault);
}
