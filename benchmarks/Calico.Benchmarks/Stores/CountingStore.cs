using Calico.Datastore;

namespace Calico.Benchmarks.Stores;

/// <summary>A store that counts commits, and those that somebody else was faster than.</summary>
internal sealed class CountingStore(IStore inner) : IStore
{
    private long _commits;
    private long _conflicts;

    public string Description => inner.Description;

    public long Commits => Interlocked.Read(ref _commits);

    public long Conflicts => Interlocked.Read(ref _conflicts);

    public Task<StoredValue?> GetAsync(string key, CancellationToken cancellation) => inner.GetAsync(key, cancellation);

    public Task<Listing> ListAsync(string prefix, CancellationToken cancellation) => inner.ListAsync(prefix, cancellation);

    public Task<Listing> ListAtAsync(string prefix, long revision, CancellationToken cancellation) => inner.ListAtAsync(prefix, revision, cancellation);

    public Task<IReadOnlyList<string>> ListKeysAsync(string prefix, CancellationToken cancellation) => inner.ListKeysAsync(prefix, cancellation);

    public async Task<CommitResult> CommitAsync(IReadOnlyList<StoreWrite> writes, CancellationToken cancellation)
    {
        var result = await inner.CommitAsync(writes, cancellation);
        Interlocked.Increment(ref _commits);
        if (result is CommitResult.Conflict)
            Interlocked.Increment(ref _conflicts);
        return result;
    }

    public IAsyncEnumerable<StoreEvent> WatchAsync(string prefix, long afterRevision, CancellationToken cancellation) => inner.WatchAsync(prefix, afterRevision, cancellation);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
