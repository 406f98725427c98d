using Calico.Datastore;

namespace Calico.Tests.Support;

/// <summary>A suite that every store has to pass (<see cref="OnSqlite"/>, <see cref="OnEtcd"/>). The store is empty when a test begins.</summary>
/// <param name="place">Where it is.</param>
public abstract class EachStore(StorePlace place) : IAsyncLifetime
{
    private IStore? _store;

    protected IStore Store => _store ?? throw new InvalidOperationException("the store is not open yet");

    public virtual async ValueTask InitializeAsync() => _store = await place.NewAsync();

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        if (_store is not null)
            await _store.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Before the store is closed.</summary>
    protected virtual ValueTask EndAsync() => ValueTask.CompletedTask;
}
