using Calico.Calc;
using Calico.Datastore.Syncing;
using Calico.Model.Hosts;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Calico.Model.Store;
using Calico.Names;
using Calico.Node.Startup;
using Calico.Plugins.Offline;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Calico.Node.Syncing;

/// <summary>Follows the store and works out, after each batch of changes, what this host needs.</summary>
/// <remarks>
/// Nothing is published before the first whole snapshot: a kernel that is right is not swept on half the knowledge. Where the store is away at the start the
/// snapshot is the last known one, on this host's disk; and what this host has done without the store comes before what the store says of it.
/// </remarks>
internal sealed partial class SyncLoop(Syncer syncer, LocalBooks books, Latest<Calculation> calculations, NameDirectory names, NodeLife life) : BackgroundService
{
    private readonly CalculationGraph _graph = new(life.Options.NodeName);
    private readonly ILogger _log = life.Log<SyncLoop>();
    private readonly Lock _gate = new(); // guards the graph: the store and this host's own doings both change it
    private volatile bool _inSync;
    private volatile bool _fromDisk;

    /// <summary>In words: <c>in sync</c>, or what is being waited for.</summary>
    public string State => books.Waiting > 0 ? $"{_state}; {books.Waiting} changes of this host wait to be written into it" : _state;

    private string _state = "reading the datastore";

    public bool IsInSync => _inSync;

    /// <summary>The store has been away since the start, and what was last known of it is in force.</summary>
    public bool IsFromDisk => _fromDisk;

    /// <summary>What in the store cannot be acted on, in words.</summary>
    public IReadOnlyList<string> Problems => calculations.Value?.Problems ?? [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        books.Changed = TakeOwn;
        TakeOwn();
        await foreach (var happened in syncer.ReadAsync(stoppingToken))
        {
            lock (_gate)
                Take(happened);
        }
    }

    private void TakeOwn()
    {
        lock (_gate)
        {
            var own = books.Drain();
            _graph.Apply(own);
            Name(own);
            if (own.Count > 0)
                Publish();
        }
    }

    private void Publish()
    {
        if (_inSync || _fromDisk)
            calculations.Publish(_graph.Flush());
    }

    private void Take(SyncEvent happened)
    {
        switch (happened)
        {
            case SyncEvent.Changed changed:
                var changes = books.Take(changed.Changes);
                _graph.Apply(changes);
                Name(changes);
                Publish();
                break;
            case SyncEvent.FromDisk disk:
                _fromDisk = true;
                _state += $"; working from what was known of it at {disk.Taken:u} and after";
                Publish();
                FromDisk(_log, disk.Taken);
                break;
            case SyncEvent.InSync:
                (_inSync, _fromDisk) = (true, false);
                _state = NodeStatus.InSync;
                Publish();
                InSync(_log);
                break;
            case SyncEvent.Disconnected lost:
                _state = $"away: {lost.Reason}";
                books.Away(lost.Reason);
                Disconnected(_log, lost.Reason);
                break;
            case SyncEvent.Connected:
                _state = _inSync ? NodeStatus.InSync : "reading the datastore";
                books.Back();
                Connected(_log);
                break;
            case SyncEvent.Unreadable bad:
                Unreadable(_log, bad.Key, bad.Reason);
                break;
            default:
                break;
        }
    }

    private void Name(IEnumerable<StoreChange> changes)
    {
        foreach (var change in changes)
        {
            if (change.Name is StoreName.OfResource { Id: var id } && id.Kind == Kinds.WorkloadEndpoint)
                names.Put(id, change.Value as Resource<WorkloadEndpointSpec>);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "In sync with the datastore")]
    private static partial void InSync(ILogger log);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The datastore is away; working from what was known of it at {Taken} and after")]
    private static partial void FromDisk(ILogger log, DateTimeOffset taken);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The datastore is away, what is known stays in force and it is tried again: {Reason}")]
    private static partial void Disconnected(ILogger log, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "The datastore is back")]
    private static partial void Connected(ILogger log);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Key} in the datastore cannot be read, the last good value stays in force: {Reason}")]
    private static partial void Unreadable(ILogger log, string key, string reason);
}
