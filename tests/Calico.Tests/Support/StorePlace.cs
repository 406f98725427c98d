using Calico.Checker.Faults;
using Calico.Datastore;
using Calico.Datastore.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace Calico.Tests.Support;

/// <summary>Where a suite has its stores from.</summary>
public abstract class StorePlace
{
    /// <summary>An empty one. Where there can be one only, it is emptied: tests there run one after the other.</summary>
    public abstract Task<IStore> NewAsync();
}

/// <summary>Files of the embedded store, as it is used: every commit is flushed.</summary>
public sealed class SqlitePlace : StorePlace, IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private int _made;

    public override Task<IStore> NewAsync() => Task.FromResult<IStore>(SqliteStore.Open(
        new() { Path = Path.Combine(_folder.Path, $"{++_made}", "calico.db"), Author = "tests" }, TimeProvider.System, NullLogger.Instance));

    public void Dispose() => _folder.Dispose();
}

/// <summary>A real etcd of one member.</summary>
public sealed class EtcdPlace : StorePlace, IAsyncLifetime
{
    private EtcdCluster? _cluster;

    public async ValueTask InitializeAsync() => _cluster = EtcdCluster.IsInstalled ? await EtcdCluster.StartAsync(1) : null;

    public override async Task<IStore> NewAsync()
    {
        Assert.SkipWhen(_cluster is null, "etcd is not installed: ./dev provision");
        await _cluster.ClearAsync();
        return _cluster.Open();
    }

    public ValueTask DisposeAsync() => _cluster?.DisposeAsync() ?? ValueTask.CompletedTask;
}
