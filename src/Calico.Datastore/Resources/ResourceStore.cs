using System.Globalization;
using System.Text.Json;
using Calico.Model.Resources;
using Calico.Model.Store;
using Microsoft.Extensions.Logging;

namespace Calico.Datastore.Resources;

/// <summary>Resources by kind and name over any store; every write is compare-and-swap.</summary>
/// <remarks>
/// The untyped calls (<see cref="IResource"/>) are for what handles any kind, the typed ones for what knows the kind it wants.
/// With every change goes a <see cref="CommitNote"/>, so that the store's past tells who made it and when.
/// A store that cannot be reached is a <see cref="DatastoreException"/>; what a writer must expect is a <see cref="ResourceOutcome{T}"/>.
/// </remarks>
public sealed partial class ResourceStore(IStore store, string author, TimeProvider time, ILogger logger)
{
    private const int MaxAttempts = 100;

    /// <summary>Why it writes, kept with each change; null: that is not said.</summary>
    public string? Reason { get; init; }

    /// <summary>A resource as every write makes it complete before it is stored.</summary>
    /// <exception cref="FormatException">It cannot be stored; the message names the field.</exception>
    public static IResource Complete(IResource resource) => ResourceRules.Complete(resource);

    /// <summary>Null if there is no such resource.</summary>
    /// <exception cref="UnreadableException">It is there but cannot be read.</exception>
    public async Task<IResource?> GetAsync(ResourceId id, CancellationToken cancellation) =>
        await store.GetAsync(StoreKeys.Of(id), cancellation) is { } stored ? Decode(id, stored) : null;

    /// <inheritdoc cref="GetAsync(ResourceId, CancellationToken)"/>
    public async Task<Resource<TSpec>?> GetAsync<TSpec>(ResourceId id, CancellationToken cancellation)
        where TSpec : class => (Resource<TSpec>?)await GetAsync(id, cancellation);

    /// <summary>All of a kind, or of one namespace; what cannot be read is passed over, named in the result and logged.</summary>
    public async Task<ResourceListing<IResource>> ListAsync(ResourceKind kind, string? ns, CancellationToken cancellation) =>
        await ListAsAsync<IResource>(kind, ns, cancellation);

    /// <summary>All of a kind as they were at an earlier revision of the store.</summary>
    /// <exception cref="DatastoreException">The store does not keep, or does not have, that revision.</exception>
    public async Task<ResourceListing<IResource>> ListAtAsync(ResourceKind kind, long revision, CancellationToken cancellation) =>
        Read<IResource>(await store.ListAtAsync(StoreKeys.OfKind(kind), revision, cancellation));

    /// <summary>All of every kind, as of one revision; what cannot be read is passed over, named in the result and logged.</summary>
    public async Task<ResourceListing<IResource>> ListAllAsync(CancellationToken cancellation) =>
        Read<IResource>(await store.ListAsync(StoreKeys.Resources, cancellation));

    /// <summary>All of every kind as they were at an earlier revision of the store.</summary>
    /// <exception cref="DatastoreException">The store does not keep, or does not have, that revision.</exception>
    public async Task<ResourceListing<IResource>> ListAllAtAsync(long revision, CancellationToken cancellation) =>
        Read<IResource>(await store.ListAtAsync(StoreKeys.Resources, revision, cancellation));

    /// <summary>All of a kind in all namespaces; what cannot be read is passed over, named in the result and logged.</summary>
    public async Task<ResourceListing<Resource<TSpec>>> ListAsync<TSpec>(ResourceKind kind, CancellationToken cancellation)
        where TSpec : class => await ListAsAsync<Resource<TSpec>>(kind, ns: null, cancellation);

    /// <summary>Stores a resource that must not exist yet; fills in uid, creation time and version.</summary>
    public async Task<ResourceOutcome<T>> CreateAsync<T>(T resource, CancellationToken cancellation)
        where T : class, IResource
    {
        if (resource.Metadata.ResourceVersion is { Length: > 0 } version)
            return Invalid<T>($"error with field Metadata.ResourceVersion = '{version}' (field must not be set for a Create request)");

        return TryComplete(resource, out var complete, out var refused) ? await InsertAsync<T>(complete, cancellation) : refused;
    }

    /// <summary>Replaces a resource that must exist.</summary>
    /// <remarks>With a resourceVersion only if it is still at that version; without one, whatever version it is at.</remarks>
    public async Task<ResourceOutcome<T>> UpdateAsync<T>(T resource, CancellationToken cancellation)
        where T : class, IResource
    {
        if (!TryComplete(resource, out var complete, out var refused))
            return refused;

        var id = ResourceId.Of(complete);
        var wanted = ParseVersion(complete);
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            var stored = await store.GetAsync(StoreKeys.Of(id), cancellation);
            if (stored is null)
                return NotFound<T>(id);
            if (wanted is { } version && version != stored.Revision)
                return Conflict<T>(id, stored);
            if (await SwapAsync<T>(complete, stored, cancellation) is { } done)
                return done;
        }

        return Contended<T>(id);
    }

    /// <summary>Creates the resource, or replaces it if it is there, as <see cref="UpdateAsync"/> does.</summary>
    public async Task<ResourceOutcome<T>> ApplyAsync<T>(T resource, CancellationToken cancellation)
        where T : class, IResource
    {
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            var updated = await UpdateAsync(resource, cancellation);
            if (updated.Status != WriteStatus.NotFound || ParseVersion(resource) is not null)
                return updated;

            var created = await CreateAsync(resource, cancellation);
            if (created.Status != WriteStatus.AlreadyExists)
                return created;
        }

        return Contended<T>(ResourceId.Of(resource));
    }

    /// <summary>Reads, changes and writes back, again and again until nobody came between. Nothing is written if nothing changed.</summary>
    /// <param name="id">The resource.</param>
    /// <param name="change">From what is there (null if nothing is) to what shall be; may be called several times.</param>
    /// <param name="cancellation">Ends the attempt.</param>
    /// <returns>The resource as it is stored now.</returns>
    /// <exception cref="ResourceException">The result cannot be stored, or a hundred attempts met a newer version.</exception>
    public async Task<Resource<TSpec>> ApplyAsync<TSpec>(
        ResourceId id, Func<Resource<TSpec>?, Resource<TSpec>> change, CancellationToken cancellation)
        where TSpec : class
    {
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            var current = await GetAsync<TSpec>(id, cancellation);
            var wanted = change(current);
            if (current is not null && wanted == current)
                return current;

            wanted = wanted with { Metadata = wanted.Metadata with { ResourceVersion = current?.Metadata.ResourceVersion } };
            var outcome = current is null ? await CreateAsync(wanted, cancellation) : await UpdateAsync(wanted, cancellation);
            if (outcome.IsDone || outcome.Status == WriteStatus.Invalid)
                return outcome.OrThrow();
        }

        return Contended<Resource<TSpec>>(id).OrThrow();
    }

    /// <summary>Deletes, with a version only if the resource is still at that version; also one that cannot be read.</summary>
    /// <returns>The resource as it was; null in place of one that could not be read.</returns>
    public async Task<ResourceOutcome<IResource>> DeleteAsync(ResourceId id, string? resourceVersion, CancellationToken cancellation)
    {
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            var stored = await store.GetAsync(StoreKeys.Of(id), cancellation);
            if (stored is null)
                return NotFound<IResource>(id);
            if (resourceVersion is { Length: > 0 } && resourceVersion != stored.Revision.ToString())
                return Conflict<IResource>(id, stored);
            if (await CommitAsync(StoreWrite.Delete(stored.Key, stored.Revision), cancellation) is CommitResult.Committed)
                return new(WriteStatus.Done, TryDecode(id, stored), "");
        }

        return Contended<IResource>(id);
    }

    /// <summary>Makes several changes in one commit, so that nobody sees some of them done and others not.</summary>
    /// <param name="changes">From what was read, which must still be at that version, to what shall be.</param>
    /// <param name="cancellation">Ends the attempt.</param>
    /// <returns>Without a resource: done, or what was in the way. Nothing is changed then.</returns>
    public async Task<ResourceOutcome<IResource>> ChangeAsync(IReadOnlyList<ResourceDifference> changes, CancellationToken cancellation)
    {
        var writes = new List<StoreWrite>();
        foreach (var change in changes)
        {
            var (key, version) = (StoreKeys.Of(change.Id), change.Before is null ? 0 : ParseVersion(change.Before));
            if (change.After is null)
                writes.Add(StoreWrite.Delete(key, version));
            else if (TryComplete(change.After, out var complete, out var refused))
                writes.Add(StoreWrite.Put(key, StoreCodec.Write(Born(complete, change.Before?.Metadata)), version));
            else
                return refused with { Message = $"{change.Id}: {refused.Message}" };
        }

        var (result, fault) = await CommitAsync(writes, NewPools.Of(changes), cancellation);
        if (fault is not null)
            return Invalid<IResource>(fault);
        if (result is not CommitResult.Conflict conflict)
            return new(WriteStatus.Done, Resource: null, "");

        if (changes.FirstOrDefault(change => StoreKeys.Of(change.Id) == conflict.Key) is not { } hindered)
            return Contended<IResource>(changes[0].Id);

        return hindered.Before is null
            ? new(WriteStatus.AlreadyExists, Resource: null, $"resource already exists: {hindered.Id}")
            : new(WriteStatus.Conflict, Resource: null, $"update conflict: {hindered.Id}");
    }

    private async Task<ResourceListing<T>> ListAsAsync<T>(ResourceKind kind, string? ns, CancellationToken cancellation)
        where T : class, IResource
    {
        return Read<T>(await store.ListAsync(StoreKeys.OfKind(kind, ns), cancellation));
    }

    private ResourceListing<T> Read<T>(Listing listing)
        where T : class, IResource
    {
        var items = new List<T>(listing.Items.Count);
        var unreadable = new List<UnreadableException>();
        foreach (var stored in listing.Items)
        {
            if (StoreKeys.Parse(stored.Key) is not StoreName.OfResource name)
                continue;

            try
            {
                items.Add((T)StoreCodec.Read(name, stored));
            }
            catch (UnreadableException e)
            {
                unreadable.Add(e);
                PassedOver(e.Message);
            }
        }

        return new(items, listing.Revision, unreadable);
    }

    private async Task<ResourceOutcome<T>> InsertAsync<T>(IResource resource, CancellationToken cancellation)
        where T : class, IResource
    {
        var id = ResourceId.Of(resource);
        var born = Born(resource);
        return await CommitAsync([StoreWrite.Create(StoreKeys.Of(id), StoreCodec.Write(born))], NewPools.Of([new(null, born)]), cancellation) switch
        {
            ({ } _, { } fault) => Invalid<T>(fault),
            (CommitResult.Committed done, _) => Done<T>(born, done.Revision),
            (CommitResult.Conflict { Key: StoreKeys.LastCommit }, _) => Contended<T>(id),
            (CommitResult.Conflict conflict, _) => new(
                WriteStatus.AlreadyExists,
                conflict.Actual is { } actual ? (T?)TryDecode(id, actual) : null,
                $"resource already exists: {id}"),
            _ => throw new InvalidOperationException("a commit ends in one of two ways"),
        };
    }

    /// <summary>Null if somebody else was faster.</summary>
    private async Task<ResourceOutcome<T>?> SwapAsync<T>(IResource resource, StoredValue stored, CancellationToken cancellation)
        where T : class, IResource
    {
        var before = TryDecode(ResourceId.Of(resource), stored)?.Metadata;
        var grown = Born(resource, before);
        return await CommitAsync(StoreWrite.Put(stored.Key, StoreCodec.Write(grown), stored.Revision), cancellation) is CommitResult.Committed done
            ? Done<T>(grown, done.Revision)
            : null;
    }

    private Task<CommitResult> CommitAsync(StoreWrite write, CancellationToken cancellation) => store.CommitAsync([write, Note(after: null)], cancellation);

    /// <summary>Commits; new pools only while no resource has been written since it was seen that they overlap no other pool.</summary>
    /// <returns>With a fault: nothing was written, for that reason.</returns>
    private async Task<(CommitResult Result, string? Fault)> CommitAsync(IReadOnlyList<StoreWrite> writes, NewPools pools, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            var last = pools.IsAny ? (await store.GetAsync(StoreKeys.LastCommit, cancellation))?.Revision ?? 0 : (long?)null; // before the pools are read
            if (pools.IsAny && pools.FindFault(Read<IResource>(await store.ListAsync(StoreKeys.OfKind(Kinds.IPPool), cancellation)).Items) is { } fault)
                return (new CommitResult.Conflict(StoreKeys.LastCommit, null), fault);

            var result = await store.CommitAsync([.. writes, Note(last)], cancellation);
            if (result is not CommitResult.Conflict { Key: StoreKeys.LastCommit } || attempt == MaxAttempts)
                return (result, null);
        }
    }

    /// <param name="after">The revision that the last one must still have; null: any.</param>
    private StoreWrite Note(long? after) =>
        StoreWrite.Put(StoreKeys.LastCommit, JsonSerializer.SerializeToUtf8Bytes(new(time.GetUtcNow(), author, Reason), ModelJson.Default.CommitNote), after);

    /// <param name="resource">As it is to be.</param>
    /// <param name="before">Of the same as it stands, which it goes on; null: it is new.</param>
    private IResource Born(IResource resource, Metadata? before = null) => resource.WithMetadata(resource.Metadata with
    {
        Uid = before?.Uid ?? resource.Metadata.Uid ?? Guid.NewGuid().ToString(),
        CreationTimestamp = before?.CreationTimestamp ?? resource.Metadata.CreationTimestamp ?? WholeSeconds(time.GetUtcNow()),
    });

    private static bool TryComplete<T>(T resource, out IResource complete, out ResourceOutcome<T> refused)
        where T : class, IResource
    {
        try
        {
            complete = ResourceRules.Complete(resource);
            refused = new(WriteStatus.Done, resource, "");
            return true;
        }
        catch (FormatException e)
        {
            complete = resource;
            refused = Invalid<T>(e.Message);
            return false;
        }
    }

    private static ResourceOutcome<T> Done<T>(IResource resource, long revision)
        where T : class, IResource =>
        new(WriteStatus.Done, (T)resource.WithMetadata(resource.Metadata with { ResourceVersion = revision.ToString() }), "");

    private static ResourceOutcome<T> Invalid<T>(string message)
        where T : class, IResource => new(WriteStatus.Invalid, Resource: null, message);

    private static ResourceOutcome<T> NotFound<T>(ResourceId id)
        where T : class, IResource =>
        new(WriteStatus.NotFound, Resource: null, $"resource does not exist: {id} with error: the datastore holds no such key");

    private static ResourceOutcome<T> Contended<T>(ResourceId id)
        where T : class, IResource =>
        new(WriteStatus.Conflict, Resource: null, $"update conflict: {id} (somebody else changed it at each of {MaxAttempts} attempts)");

    private static ResourceOutcome<T> Conflict<T>(ResourceId id, StoredValue actual)
        where T : class, IResource => new(WriteStatus.Conflict, (T?)TryDecode(id, actual), $"update conflict: {id}");

    private static long? ParseVersion(IResource resource) => resource.Metadata.ResourceVersion is { Length: > 0 } text
        ? long.TryParse(text, NumberStyles.None, null, out var version) ? version : -1 // no store has it: a conflict
        : null;

    private static DateTimeOffset WholeSeconds(DateTimeOffset moment) => DateTimeOffset.FromUnixTimeSeconds(moment.ToUnixTimeSeconds());

    private static IResource Decode(ResourceId id, StoredValue stored) => (IResource)StoreCodec.Read(new StoreName.OfResource(id), stored);

    private static IResource? TryDecode(ResourceId id, StoredValue stored)
    {
        try
        {
            return Decode(id, stored);
        }
        catch (UnreadableException)
        {
            return null; // the caller replaces or deletes it: that is how it is mended
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Passed over: {Problem}")]
    private partial void PassedOver(string problem);
}
