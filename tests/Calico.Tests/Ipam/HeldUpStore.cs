using Calico.Datastore;

namespace Calico.Tests.Ipam;

/// <summary>A store that carries out commits of blocks only once it is released.</summary>
internal sealed class HeldUpStore(IStore inner) : IStore
{
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Description => inner.Description;

    public void Release() => _released.SetResult();

    public Task<StoredValue?> GetAsync(string key, CancellationToken cancellation) => inner.GetAsync(key, cancellation);

    public Task<Listing> ListAsync(string prefix, CancellationToken cancellation) => inner.ListAsync(prefix, cancellation);

    public Task<Listing> ListAtAsync(string prefix, long revision, CancellationToken cancellation) => inner.ListAtAsync(prefix, revision, cancellation);

    public Task<IReadOnlyList<string>> ListKeysAsync(string prefix, CancellationToken cancellation) => inner.ListKeysAsync(prefix, cancellation);

    public async Task<CommitResult> CommitAsync(IReadOnlyList<StoreWrite> writes, CancellationToken cancellation)
    {
        if (writes.Any(write => write.Key.Contains("/block/", StringComparison.Ordinal)))
            await _released.Task;
        return await inner.CommitAsync(writes, cancellation);
    }

    public IAsyncEnumerable<StoreEvent> WatchAsync(string prefix, long afterRevision, CancellationToken cancellation) =>
        inner.WatchAsync(prefix, afterRevision, cancellation);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
