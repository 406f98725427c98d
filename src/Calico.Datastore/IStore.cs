namespace Calico.Datastore;

/// <summary>A revisioned key-value store: what etcd v3 offers and the embedded store alike.</summary>
/// <remarks>
/// Revisions grow by one with each commit, over the whole store. Keys are ordered by their bytes. A key whose <see cref="StoreWrite.TimeToLive"/>
/// is over is deleted by a commit of the store's own, which watches tell like any other. All calls take a
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

    /// <summary>All keys that start with the prefix, in order, as they were at an earlier revision.</summary>
    /// <exception cref="CompactedException">The store no longer keeps all that was there then.</exception>
    /// <exception cref="DatastoreException">There is no such revision yet, or the store keeps no past.</exception>
    Task<Listing> ListAtAsync(string prefix, long revision, CancellationToken cancellation);

    /// <summary>The keys alone of all that start with the prefix, in order.</summary>
    Task<IReadOnlyList<string>> ListKeysAsync(string prefix, CancellationToken cancellation);

    /// <summary>All writes or none: if one of them does not meet its expectation nothing is written.</summary>
    Task<CommitResult> CommitAsync(IReadOnlyList<StoreWrite> writes, CancellationToken cancellation);

    /// <summary>Every change under the prefix that was committed after the revision, in order, for as long as it is read.</summary>
    /// <remarks>Ends only by cancellation or an exception: what reads it lists again, compares, and watches on.</remarks>
    /// <exception cref="DatastoreException">The store was lost.</exception>
    /// <exception cref="CompactedException">Changes after the revision are no longer kept: list again and compare.</exception>
    IAsyncEnumerable<StoreEvent> WatchAsync(string prefix, long afterRevision, CancellationToken cancellation);
}
