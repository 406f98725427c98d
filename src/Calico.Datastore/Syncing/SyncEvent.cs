using Calico.Model.Store;

namespace Calico.Datastore.Syncing;

/// <summary>What a <see cref="Syncer"/> tells its reader.</summary>
public abstract record SyncEvent
{
    private SyncEvent()
    {
    }

    /// <summary>Things as they are now, each at most once, oldest change first.</summary>
    public sealed record Changed(IReadOnlyList<StoreChange> Changes) : SyncEvent;

    /// <summary>All that the store held at the start has been told. Comes once.</summary>
    public sealed record InSync : SyncEvent;

    /// <summary>The store is away since the start, and all that was last known of it has been told. Comes at most once, before <see cref="InSync"/>.</summary>
    /// <param name="Taken">When it was last read whole; changes after that are in it too.</param>
    public sealed record FromDisk(DateTimeOffset Taken) : SyncEvent;

    /// <summary>The store is away: what was told last goes on being the truth until <see cref="Connected"/>.</summary>
    /// <param name="Reason">Which endpoint, and what happened.</param>
    public sealed record Disconnected(string Reason) : SyncEvent;

    /// <summary>The store is back and everything missed has been told.</summary>
    public sealed record Connected : SyncEvent;

    /// <summary>A value cannot be read: the last good value of its key, if there was one, goes on being the truth.</summary>
    public sealed record Unreadable(string Key, string Reason) : SyncEvent;
}
