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
        foreach (var decoded in Decoded.All(items))
        {
            Tell(decoded);
            _revision = Math.Max(_revision, decoded.Stored.Revision);
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

        var news = listing.Items.Where(stored => _told.GetValueOrDefault(stored.Key) != stored.Revision).ToList();
        foreach (var decoded in Decoded.All(news))
            Tell(decoded);
        differences += news.Count;

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
            Tell(Decoded.Of(stored));
        }
        else if (_told.ContainsKey(change.Key))
        {
            disk?.Delete(change.Key);
            Forget(change.Key);
        }
    }

    private void Tell(Decoded decoded)
    {
        var stored = decoded.Stored;
        if (_told.TryAdd(stored.Key, stored.Revision))
            _hosts += IsHost(stored.Key) ? 1 : 0;
        else
            _told[stored.Key] = stored.Revision;

        if (decoded.Fault is { } fault)
        {
            _unreadable.Add(stored.Key);
            outbox.Add(new SyncEvent.Unreadable(fault.Key, fault.Reason));
        }
        else if (decoded.Name is { } name)
        {
            outbox.Add(name, decoded.Value);
            _unreadable.Remove(stored.Key);
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
