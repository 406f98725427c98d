using System.Text.Json;
using Calico.Model.Store;

namespace Calico.Datastore.Resources;

/// <summary>The revision that a moment of the past had, and the last change before it.</summary>
/// <param name="Revision">Of the store.</param>
/// <param name="Note">Who made the last change up to then, and when.</param>
public sealed record PastRevision(long Revision, CommitNote Note)
{
    /// <summary>Looks for the newest revision whose last change is not after the moment, by halving what the store keeps.</summary>
    /// <exception cref="DatastoreException">The store keeps nothing from so long ago.</exception>
    public static async Task<PastRevision> FindAsync(IStore store, DateTimeOffset moment, CancellationToken cancellation)
    {
        var now = await store.ListAsync(StoreKeys.LastCommit, cancellation);
        if (Read(now) is not { } newest)
            throw new DatastoreException($"{store.Description} does not tell when it was changed: no resource has been written by this version");
        if (newest.Time <= moment)
            return new(now.Revision, newest);

        PastRevision? found = null;
        var (before, after, oldest) = (0L, now.Revision, newest);
        while (after - before > 1)
        {
            var middle = before + ((after - before) / 2);
            switch (await NoteAtAsync(store, middle, cancellation))
            {
                case null:
                    before = middle;
                    break;
                case var note when note.Time <= moment:
                    (before, found) = (middle, new(middle, note));
                    break;
                case var note:
                    (after, oldest) = (middle, note);
                    break;
            }
        }

        return found ?? throw new DatastoreException($"{store.Description} keeps nothing from before {oldest.Time:u}, when {oldest.Author} changed it");
    }

    /// <summary>Null before the first note, and where the past is no longer kept.</summary>
    private static async Task<CommitNote?> NoteAtAsync(IStore store, long revision, CancellationToken cancellation)
    {
        try
        {
            return Read(await store.ListAtAsync(StoreKeys.LastCommit, revision, cancellation));
        }
        catch (CompactedException)
        {
            return null;
        }
    }

    private static CommitNote? Read(Listing listing) => listing.Items is [var stored, ..] ? Read(stored) : null;

    /// <summary>Null if it is no note.</summary>
    internal static CommitNote? Read(StoredValue stored)
    {
        try
        {
            return JsonSerializer.Deserialize(stored.Value.Span, ModelJson.Default.CommitNote);
        }
        catch (JsonException)
        {
            return null; // somebody else's: as if there were none
        }
    }
}
