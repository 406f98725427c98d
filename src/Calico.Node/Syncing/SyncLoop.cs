using Calico.Calc;
using Calico.Datastore.Syncing;
using Calico.Node.Startup;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Calico.Node.Syncing;

/// <summary>Follows the store and works out, after each batch of changes, what this host needs.</summary>
/// <remarks>Nothing is published before the first whole snapshot: a kernel that is right is not swept on half the knowledge.</remarks>
internal sealed partial class SyncLoop(Syncer syncer, Latest<Calculation> calculations, NodeLife life) : BackgroundService
{
    private readonly CalculationGraph _graph = new(life.Options.NodeName);
    private readonly ILogger _log = life.Log<SyncLoop>();
    private bool _inSync;

    /// <summary>In words: <c>in sync</c>, or what is being waited for.</summary>
    public string State { get; private set; } = "reading the datastore";

    public bool IsInSync => _inSync;

    /// <summary>What in the store cannot be acted on, in words.</summary>
    public IReadOnlyList<string> Problems => calculations.Value?.Problems ?? [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var happened in syncer.ReadAsync(stoppingToken))
            Take(happened);
    }

    private void Take(SyncEvent happened)
    {
        switch (happened)
        {
            case SyncEvent.Changed changed:
                _graph.Apply(changed.Changes);
                if (_inSync)
                    calculations.Publish(_graph.Flush());
                break;
            case SyncEvent.InSync:
                _inSync = true;
                State = "in sync";
                calculations.Publish(_graph.Flush());
                InSync(_log);
                break;
            case SyncEvent.Disconnected lost:
                State = $"away: {lost.Reason}";
                Disconnected(_log, lost.Reason);
                break;
            case SyncEvent.Connected:
                State = _inSync ? "in sync" : "reading the datastore";
                Connected(_log);
                break;
            case SyncEvent.Unreadable bad:
                Unreadable(_log, bad.Key, bad.Reason);
                break;
            default:
                break;
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "In sync with the datastore")]
    private static partial void InSync(ILogger log);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The datastore is away, what is known stays in force and it is tried again: {Reason}")]
    private static partial void Disconnected(ILogger log, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "The datastore is back")]
    private static partial void Connected(ILogger log);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Key} in the datastore cannot be read, the last good value stays in force: {Reason}")]
    private static partial void Unreadable(ILogger log, string key, string reason);
}
