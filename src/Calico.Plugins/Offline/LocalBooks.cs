using System.Net;
using Calico.Datastore;
using Calico.Datastore.Resources;
using Calico.Ipam;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Calico.Model.Store;
using Calico.Plugins.Attaching;
using Microsoft.Extensions.Logging;

namespace Calico.Plugins.Offline;

/// <summary>What this host knows of the store, and what it has done without it: so that containers start and end while the store is away.</summary>
/// <remarks>
/// While anything waits in the journal every change of this host goes there, so that the store has them in their order. Whoever acts on the store's
/// changes passes them through <see cref="Take"/> and adds <see cref="Drain"/>: then it sees this host's endpoints as they are.
/// </remarks>
public sealed partial class LocalBooks : IDisposable
{
    /// <summary>After a call that failed the store counts as away for so long, whatever is heard of it.</summary>
    private static readonly TimeSpan FailureCounts = TimeSpan.FromSeconds(3);

    private readonly Lock _lock = new(); // guards the fields below, but not the journal, which guards itself and is never called from under it
    private readonly LocalView _view;
    private readonly Dictionary<IPAddress, string> _given = []; // handles of addresses that the store has as given out by this process, which the view may not know yet
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private Dictionary<StoreName, IResource?> _overlay = [];
    private Dictionary<StoreName, IResource?> _untold = [];
    private string? _away;
    private string _failure = "";
    private long? _failedAt;
    private bool _hasReturned;

    private LocalBooks(string node, Journal journal, TimeProvider time, ILogger log)
    {
        (_time, _log) = (time, log);
        _view = new(node);
        Journal = journal;
        Journal.Changed = OnJournal;
        OnJournal();
    }

    /// <summary>Called when <see cref="Drain"/> has something to tell.</summary>
    public Action Changed { get; set; } = () => { };

    /// <summary>How many changes wait to be written into the store.</summary>
    public int Waiting => Journal.Pending.Count;

    /// <summary>How many addresses could be given out without the store.</summary>
    public int Reserve => Journal.FreeCount;

    internal Journal Journal { get; }

    /// <summary>Wakes whoever writes the journal back.</summary>
    internal Action Wake { get; set; } = () => { };

    internal bool IsAway
    {
        get
        {
            lock (_lock)
                return _away is not null || (_failedAt is { } at && _time.GetElapsedTime(at) < FailureCounts);
        }
    }

    /// <summary>Addresses in use that have to do with this host, as last heard.</summary>
    internal IReadOnlyList<AddressOwner> Allocations
    {
        get
        {
            lock (_lock)
                return [.. _view.Allocations];
        }
    }

    /// <summary>Addresses that this host has given out and not taken back: with the store since this process began, without it whenever that was.</summary>
    /// <remarks>Not what was heard of the store: that may be old, and an address that it names may be another host's by now.</remarks>
    internal IReadOnlyList<OwnedAddress> Held
    {
        get
        {
            Dictionary<IPAddress, string> held;
            lock (_lock)
                held = new(_given);
            foreach (var line in Journal.Pending)
            {
                if (line is { Do: JournalVerb.Assign, Address: { } assigned, Handle: { } handle })
                    held[assigned] = handle;
                else if (line is { Do: JournalVerb.Release, Address: { } released })
                    held.Remove(released);
                else if (line is { Do: JournalVerb.ReleaseAll, Handle: { } all })
                    held = held.Where(pair => pair.Value != all).ToDictionary();
            }

            return [.. held.Select(pair => new OwnedAddress(pair.Key, pair.Value))];
        }
    }

    internal IReadOnlyList<Resource<IPPoolSpec>> Pools
    {
        get
        {
            lock (_lock)
                return _view.Pools;
        }
    }

    /// <summary>This host's endpoints: as the store was last heard to have them, with what was done since.</summary>
    internal IReadOnlyList<Resource<WorkloadEndpointSpec>> Endpoints
    {
        get
        {
            lock (_lock)
            {
                var there = _view.Endpoints.Where(pair => !_overlay.ContainsKey(pair.Key)).Select(pair => pair.Value);
                return [.. there, .. _overlay.Values.OfType<Resource<WorkloadEndpointSpec>>()];
            }
        }
    }

    /// <summary>Opens the journal, or makes it.</summary>
    /// <exception cref="DatastoreException">It cannot be opened or read.</exception>
    public static LocalBooks Open(string path, string node, TimeProvider time, ILogger log)
    {
        try
        {
            var books = new LocalBooks(node, Journal.Open(path), time, log);
            if (books.Waiting > 0)
                books.Left(books.Waiting);
            return books;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DatastoreException($"the journal {path} cannot be used: {e.Message}", e);
        }
    }

    /// <summary>Changes of the store, as they are for this host: what it has done itself meanwhile comes before what the store says.</summary>
    public IReadOnlyList<StoreChange> Take(IReadOnlyList<StoreChange> changes)
    {
        lock (_lock)
        {
            foreach (var change in changes)
                _view.Take(change);
            return _overlay.Count == 0 ? changes : [.. changes.Select(Overlaid)];
        }
    }

    /// <summary>What this host has done since the last call and no store has told.</summary>
    public IReadOnlyList<StoreChange> Drain()
    {
        lock (_lock)
        {
            var untold = _untold;
            _untold = [];
            return [.. untold.Where(pair => pair.Value is not Resource<ProfileSpec> || !_view.HasProfile(pair.Key)).Select(pair => new StoreChange(pair.Key, pair.Value))];
        }
    }

    /// <summary>The store was heard to be away.</summary>
    public void Away(string reason)
    {
        lock (_lock)
            _away = reason;
    }

    /// <summary>The store was heard to be back.</summary>
    public void Back()
    {
        lock (_lock)
            (_away, _failedAt, _hasReturned) = (null, null, true);
        Wake();
    }

    /// <summary>True once after the store has come back.</summary>
    internal bool TakeReturn()
    {
        lock (_lock)
        {
            var had = _hasReturned;
            _hasReturned = false;
            return had;
        }
    }

    public void Dispose() => Journal.Dispose();

    /// <summary>Does something with the store, if that is there and nothing waits in the journal.</summary>
    /// <returns>False if it was not done, as far as is known: then the journal, or what is known here, has to do.</returns>
    internal async Task<bool> TryAsync(Func<Task> work)
    {
        if (IsAway || Waiting > 0)
            return false;

        try
        {
            await work();
            return true;
        }
        catch (DatastoreException e) when (e is not (ResourceException or UnreadableException or CompactedException))
        {
            Failed(e.Message);
            return false;
        }
    }

    internal void Failed(string reason)
    {
        lock (_lock)
            (_failure, _failedAt) = (reason, _time.GetTimestamp());
    }

    /// <summary>An address was given out with the store.</summary>
    internal void Given(IPAddress address, string handle)
    {
        lock (_lock)
            _given[address] = handle;
    }

    /// <summary>Gives an address of the reserve out.</summary>
    /// <exception cref="PluginException">There is none that fits.</exception>
    internal IPAddress Assign(Func<IPAddress, bool> fits, string what, string handle)
    {
        if (TryAssign(fits, handle) is { } address)
            return address;

        string reason;
        lock (_lock)
            reason = _away ?? (_failedAt is null ? "what this host did without it is still to be written into it: try again" : _failure);
        throw new PluginException(
            $"{what} can be given out without the datastore: of this host's reserve (CALICO_RESERVE) {Reserve} addresses are left, and none of them fits; the datastore is away: {reason}");
    }

    /// <inheritdoc cref="Assign"/>
    /// <returns>Null if there is none that fits.</returns>
    internal IPAddress? TryAssign(Func<IPAddress, bool> fits, string handle)
    {
        var address = Journal.Assign(fits, handle, _time.GetUtcNow());
        if (address is not null)
            GivenOut(address, handle);
        return address;
    }

    /// <summary>An address of a container comes back.</summary>
    /// <param name="address">The address.</param>
    /// <param name="isOurs">Whether a handle is one of this host's containers.</param>
    internal void Release(IPAddress address, Func<string, bool> isOurs)
    {
        var handle = HolderOf(address);
        GiveBack(address, handle is not null && isOurs(handle) ? handle : null);
    }

    /// <summary>An address comes back, unless it has another handle by now.</summary>
    internal void Release(OwnedAddress owned)
    {
        if (HolderOf(owned.Address) == owned.Handle)
            GiveBack(owned.Address, owned.Handle);
    }

    /// <summary>An address was released with the store.</summary>
    internal void Forget(IPAddress address)
    {
        lock (_lock)
            _given.Remove(address);
    }

    /// <summary>What the handle had was released with the store.</summary>
    internal void Forget(string handle)
    {
        lock (_lock)
        {
            foreach (var address in _given.Where(pair => pair.Value == handle).Select(pair => pair.Key).ToList())
                _given.Remove(address);
        }
    }

    private void GiveBack(IPAddress address, string? handle)
    {
        Journal.Write(new() { Do = JournalVerb.Release, Address = address, Handle = handle });
        Forget(address);
    }

    private string? HolderOf(IPAddress address)
    {
        if (Journal.HolderOf(address) is { } handle)
            return handle;

        lock (_lock)
            return _given.GetValueOrDefault(address) ?? _view.HolderOf(address);
    }

    private StoreChange Overlaid(StoreChange change) => change.Name switch
    {
        StoreName.OfResource { Id.Kind: var kind } when kind == Kinds.Profile && change.Value is not null => change, // only its absence was made good
        _ => _overlay.TryGetValue(change.Name, out var ours) ? change with { Value = ours } : change,
    };

    private void OnJournal()
    {
        var overlay = new Dictionary<StoreName, IResource?>();
        foreach (var line in Journal.Pending)
        {
            if (line is { Do: JournalVerb.PutEndpoint, Endpoint: { } endpoint })
                overlay[NameOf(endpoint.Name)] = endpoint;
            else if (line is { Do: JournalVerb.DeleteEndpoint, Name: { } name })
                overlay[NameOf(name)] = null;
            else if (line is { Do: JournalVerb.EnsureProfile, Profile: { } profile })
                overlay[new StoreName.OfResource(ResourceId.Of(profile))] = profile;
        }

        lock (_lock)
        {
            foreach (var (name, value) in overlay.Where(pair => !_overlay.TryGetValue(pair.Key, out var old) || !Equals(old, pair.Value)))
                _untold[name] = value;
            _overlay = overlay;
        }

        Changed();
        if (Waiting > 0)
            Wake();
    }

    /// <summary>What was done here cannot stand: it is taken back from whoever was told of it.</summary>
    internal void Retract(string endpoint)
    {
        lock (_lock)
            _untold[NameOf(endpoint)] = null;
        Changed();
    }

    private static StoreName.OfResource NameOf(string endpoint) => new(LocalEndpoints.Id(endpoint));

    [LoggerMessage(Level = LogLevel.Information, Message = "{Address} of the reserve is given out ({Handle})")]
    private partial void GivenOut(IPAddress address, string handle);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Count} changes that this host made without the datastore are still to be written into it")]
    private partial void Left(int count);
}
