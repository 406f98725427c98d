namespace Calico.Datastore.Sqlite;

/// <summary>Tells this process and the others that share the file that something was committed.</summary>
/// <remarks>
/// A commit touches a file beside the database, after its changes can be seen; inotify on it wakes the other processes,
/// whatever mount namespace they see it through. The write-ahead log itself would be no good: it changes before a commit can be seen.
/// </remarks>
internal sealed class ChangeSignal : IDisposable
{
    private readonly string _path;
    private readonly FileSystemWatcher? _watcher;
    private volatile TaskCompletionSource _next = NewSignal();

    public ChangeSignal(string databasePath)
    {
        _path = $"{databasePath}-changed";
        Touch();
        try
        {
            _watcher = new FileSystemWatcher(Path.GetDirectoryName(_path) ?? "/", Path.GetFileName(_path)) { NotifyFilter = NotifyFilters.LastWrite };
            _watcher.Changed += (_, _) => Wake();
            _watcher.Created += (_, _) => Wake();
            _watcher.Error += (_, _) => Wake();
            _watcher.EnableRaisingEvents = true;
        }
        catch (IOException e)
        {
            Fault = e.Message; // inotify's limits are reached: the slow poll still finds every change
            _watcher?.Dispose();
            _watcher = null;
        }
    }

    /// <summary>Why changes by other processes are noticed by the slow poll alone; null if they are noticed at once.</summary>
    public string? Fault { get; }

    /// <summary>Completes at the next change. Take it before looking for changes, so that none falls between.</summary>
    public Task Next => _next.Task;

    /// <summary>Says that something was committed.</summary>
    public void Announce()
    {
        Wake();
        Touch();
    }

    public void Dispose() => _watcher?.Dispose();

    private void Wake() => Interlocked.Exchange(ref _next, NewSignal()).TrySetResult();

    private void Touch()
    {
        try
        {
            var options = new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate,
                Access = FileAccess.Write,
                Share = FileShare.ReadWrite | FileShare.Delete,
                BufferSize = 0,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            };
            using var file = new FileStream(_path, options);
            file.WriteByte(0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A full disk, say: the commit stands, and the others' slow poll finds it.
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
