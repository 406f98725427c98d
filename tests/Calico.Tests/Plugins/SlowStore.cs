using Calico.Datastore;
using Calico.Datastore.Memory;

namespace Calico.Tests.Plugins;

/// <summary>A store that answers reads and, while it is slow, no commit that touches such a key.</summary>
internal sealed class SlowStore : IStore
{
    private readonly MemoryStore _inner = new();

    /// <summary>A part of the keys that are not committed; null: all are.</summary>
    public string? SlowKeys { get; set; }

    public string Description => "a slow store";

    public Task<StoredValue?> GetAsync(string key, CancellationToken cancellation) => _inner.GetAsync(key, cancellation);

    public Task<Listing> ListAsync(string prefix, CancellationToken cancellation) => _inner.ListAsync(prefix, cancellation);

    public Task<Listing> ListAtAsync(string prefix, long revision, CancellationToken cancellation) => _inner.ListAtAsync(prefix, revision, cancellation);

    public Task<IReadOnlyList<string>> ListKeysAsync(string prefix, CancellationToken cancellation) => _inner.ListKeysAsync(prefix, cancellation);

    public async Task<CommitResult> CommitAsync(IReadOnlyList<StoreWrite> writes, CancellationToken cancellation)
    {
        if (SlowKeys is { } slow && writes.Any(write => write.Key.Contains(slow, StringComparison.Ordinal)))
            await Task.Delay(Timeout.Infinite, cancellation);
        return await _inner.CommitAsync(writes, cancellation);
    }

    public IAsyncEnumerable<StoreEvent> WatchAsync(string prefix, long afterRevision, CancellationToken cancellation) =>
        _inner.WatchAsync(prefix, afterRevision, cancellation);

    public ValueTask DisposeAsync() => _inner.DisposeAsync();
}
