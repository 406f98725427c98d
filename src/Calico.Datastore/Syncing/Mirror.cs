using Calico.Datastore.Resources;
using Calico.Model.Resources;
using Calico.Model.Store;

namespace Calico.Datastore.Syncing;

/// <summary>Which revision of each key has been told, and so what a listing or an event adds to that.</summary>
/// <remarks>Not thread-safe: the syncer's loop owns it.</remarks>
internal sealed class Mirror(Outbox outbox, LastKnown? disk = null)
{
    private static readonly string Nodes = StoreKeys.OfKind(Kinds.Node);

    private readonly Dictionary<string, long> _told = [];
    private readonly HashSet<string> _unreadable = [];
    private readonly Dictionary<string, long> _listed = []; // by prefix: the revision of its last listing
    private long _revision;
    private int _hosts;

    /// <summary>Keys whose present value cannot be read, with nothing or an older value told of them.</summary>
    public int UnreadableCount => _unreadable.Count;

    /// <summary>How many hosts there are, as last told.</summary>
    public int Hosts => _hosts;

    /// <summary>Tells what was last known, which the first listing is then compared with.</summary>
    public void Recall(IReadOnlyList<StoredValue> items)
    {
        foreach (var stored in items)
        {
            Tell(stored);
            _revision = Math.Max(_revision, stored.Revision);
        }
    }

    /// <summary>Compares a full listing of some prefix with what has been told, and tells the difference.</summary>
    /// <returns>How many differences there were.</returns>
    public int Reconcile(string prefix, Listing listing)
    {
        var differences = 0;
        if (listing.Revision < _revision)
            DistrustAll(); // the store was restored from an older copy: equal revisions mean nothing

        _revision = _listed[prefix] = listing.Revision;
        var present = listing.Items.Select(stored => stored.Key).ToHashSet();
        foreach (var gone in _told.Keys.Where(key => key.StartsWith(prefix, StringComparison.Ordinal) && !present.Contains(key)).ToList())
        {
            Forget(gone);
            differences++;
        }

        foreach (var stored in listing.Items.Where(stored => _told.GetValueOrDefault(stored.Key) != stored.Revision))
        {
            Tell(stored);
            differences++;
        }

        return differences;
    }

    /// <summary>Takes one change from a watch; one that a listing or another event has told already is passed over.</summary>
    public void Take(StoreEvent change)
    {
        var prefix = _listed.Keys.FirstOrDefault(listed => change.Key.StartsWith(listed, StringComparison.Ordinal));
        if (prefix is null || change.Revision <= _listed[prefix] || change.Revision <= _told.GetValueOrDefault(change.Key))
            return;

        _revision = Math.Max(_revision, change.Revision);
        if (change.Value is { } stored)
        {
            disk?.Put(stored);
            Tell(stored);
        }
        else if (_told.ContainsKey(change.Key))
        {
            disk?.Delete(change.Key);
            Forget(change.Key);
        }
    }

    private void Tell(StoredValue stored)
    {
        if (!_told.ContainsKey(stored.Key) && IsHost(stored.Key))
            _hosts++;
        _told[stored.Key] = stored.Revision;
        if (StoreKeys.Parse(stored.Key) is not { } name)
            return;

        try
        {
            outbox.Add(name, StoreCodec.Read(name, stored));
            _unreadable.Remove(stored.Key);
        }
        catch (UnreadableException e)
        {
            _unreadable.Add(stored.Key);
            outbox.Add(new SyncEvent.Unreadable(e.Key, e.Reason));
        }
    }

    private void Forget(string key)
    {
        if (_told.Remove(key) && IsHost(key))
            _hosts--;
        _unreadable.Remove(key);
        if (StoreKeys.Parse(key) is { } name)
            outbox.Add(name, value: null);
    }

    private static bool IsHost(string key) => key.StartsWith(Nodes, StringComparison.Ordinal);

    private void DistrustAll()
    {
        foreach (var key in _told.Keys.ToList())
            _told[key] = -1;
    }
}
