using Calico.Model.Resources;
using Calico.Model.Store;

namespace Calico.Datastore.Resources;

/// <summary>What became of one resource, the latest change first, as far back as the store keeps.</summary>
public sealed class ResourceHistory(IStore store)
{
    /// <summary>A resource that is gone is looked for in so many changes of others.</summary>
    private const int MostOthers = 1_000;

    /// <summary>The resource as it was at a revision; null if it was not there.</summary>
    /// <exception cref="DatastoreException">The store does not keep, or does not have, that revision.</exception>
    /// <exception cref="UnreadableException">It was there and cannot be read.</exception>
    public async Task<IResource?> GetAtAsync(ResourceId id, long revision, CancellationToken cancellation) =>
        await ValueAtAsync(StoreKeys.Of(id), revision, cancellation) is { } stored ? (IResource)StoreCodec.Read(new StoreName.OfResource(id), stored) : null;

    /// <param name="id">The resource, there or not.</param>
    /// <param name="most">How many changes.</param>
    /// <param name="cancellation">Ends the search.</param>
    public async Task<IReadOnlyList<ResourceChange>> ReadAsync(ResourceId id, int most, CancellationToken cancellation)
    {
        var key = StoreKeys.Of(id);
        var changes = new List<ResourceChange>();
        var revision = (await store.ListAsync(StoreKeys.LastCommit, cancellation)).Revision;
        try
        {
            while (changes.Count < most && revision > 0)
            {
                var stored = await ValueAtAsync(key, revision, cancellation);
                var at = stored?.Revision ?? await FindEndAsync(key, revision, cancellation);
                if (at is not { } changed)
                    break;

                var before = await ValueAtAsync(key, changed - 1, cancellation);
                changes.Add(new(changed, stored is null ? ChangeKind.Deleted : before is null ? ChangeKind.Created : ChangeKind.Changed, await NoteOfAsync(changed, cancellation)));
                revision = changed - 1;
            }
        }
        catch (CompactedException)
        {
            // what is older is no longer kept
        }

        return changes;
    }

    /// <summary>The commit by which the key went, looked for among the changes of resources before a revision at which it is not there.</summary>
    private async Task<long?> FindEndAsync(string key, long revision, CancellationToken cancellation)
    {
        for (var i = 0; i < MostOthers; i++)
        {
            if (await ValueAtAsync(StoreKeys.LastCommit, revision, cancellation) is not { } note || note.Revision < 2)
                return null;
            if (await ValueAtAsync(key, note.Revision - 1, cancellation) is not null)
                return note.Revision;

            revision = note.Revision - 1;
        }

        return null;
    }

    /// <summary>Null of a change that another client made, which leaves no note.</summary>
    private async Task<CommitNote?> NoteOfAsync(long revision, CancellationToken cancellation) =>
        await ValueAtAsync(StoreKeys.LastCommit, revision, cancellation) is { } stored && stored.Revision == revision ? PastRevision.Read(stored) : null;

    private async Task<StoredValue?> ValueAtAsync(string key, long revision, CancellationToken cancellation) => revision <= 0
        ? null
        : (await store.ListAtAsync(key, revision, cancellation)).Items.FirstOrDefault(stored => stored.Key == key);
}

/// <param name="Revision">Of the store.</param>
/// <param name="Kind">What became of it.</param>
/// <param name="Note">Who did it and when; null if that was not noted.</param>
public sealed record ResourceChange(long Revision, ChangeKind Kind, CommitNote? Note);

public enum ChangeKind
{
    Created,
    Changed,
    Deleted,
}
