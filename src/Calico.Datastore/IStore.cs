namespace Calico.Datastore;

/// <summary>A revisioned key-value store: what etcd v3 offers and the embedded store alike.</summary>
/// <remarks>
/// Revisions grow by one with each commit, over the whole store. Keys are ordered by their bytes. All calls take a
/// <see cref="CancellationToken"/> and have deadlines of their own; a store that cannot be reached is a <see cref="DatastoreException"/>.
/// Safe for use by several threads at once.
/// </remarks>
public interface IStore : IAsyncDisposable
{
    /// <summary>Where the store is, for messages: <c>etcd at http://192.168.26.100:2379</c>, <c>/var/lib/calico/calico.db</c>.</summary>
    string Description { get; }

    /// <summary>Null if there is no such key.</summary>
    Task<StoredValue?> GetAsync(string key, CancellationToken cancellation);

    /// <summary>All keys that start with the prefix, in order, as of one revision.</summary>
    Task<Listing> ListAsync(string prefix, CancellationToken cancellation);

    /// <summary>All writes or none: if one of them does not meet its expectation nothing is written.</summary>
    Task<CommitResult> CommitAsync(IReadOnlyList<StoreWrite> writes, CancellationToken cancellation);

    /// <summary>Every change under the prefix that was committed after the revision, in order, for as long as it is read.</summary>
    /// <exception cref="CompactedException">Changes after the revision are no longer kept: list again and compare.</exception>
    IAsyncEnumerable<StoreEvent> WatchAsync(string prefix, long afterRevision, CancellationToken cancellation);
}

/// <param name="Revision">Of the commit that last wrote the key.</param>
public sealed record StoredValue(string Key, ReadOnlyMemory<byte> Value, long Revision);

/// <param name="Items">In order of their keys.</param>
/// <param name="Revision">Of the store as a whole: watch after it to miss nothing.</param>
public sealed record Listing(IReadOnlyList<StoredValue> Items, long Revision);

/// <summary>A put, or with a null <paramref name="Value"/> a delete.</summary>
/// <param name="Key">The key.</param>
/// <param name="Value">Null: delete.</param>
/// <param name="ExpectedRevision">The key's revision must be this; 0: the key must not exist; null: whatever it is.</param>
public sealed record StoreWrite(string Key, ReadOnlyMemory<byte>? Value, long? ExpectedRevision)
{
    public static StoreWrite Create(string key, ReadOnlyMemory<byte> value) => new(key, value, 0);

    public static StoreWrite Put(string key, ReadOnlyMemory<byte> value, long? expectedRevision = null) => new(key, value, expectedRevision);

    public static StoreWrite Delete(string key, long? expectedRevision = null) => new(key, Value: null, expectedRevision);
}

/// <summary>How a commit ended.</summary>
public abstract record CommitResult
{
    private CommitResult()
    {
    }

    /// <param name="Revision">The store's new revision, and that of every key the commit put.</param>
    public sealed record Committed(long Revision) : CommitResult;

    /// <param name="Key">A key whose expectation was not met.</param>
    /// <param name="Actual">What it holds; null if it does not exist.</param>
    public sealed record Conflict(string Key, StoredValue? Actual) : CommitResult;
}

/// <param name="Key">The key.</param>
/// <param name="Value">Null: deleted.</param>
/// <param name="Revision">Of the commit that made the change.</param>
public sealed record StoreEvent(string Key, StoredValue? Value, long Revision);
