using System.Runtime.CompilerServices;
using Calico.Datastore;

namespace Calico.Tests.Datastore;

/// <summary>A store over another that can be away, lose its watches, or keep changes from them.</summary>
internal sealed class FaultyStore(IStore inner) : IStore
{
    private CancellationTokenSource _broken = new();
    private volatile string? _fault;
    private volatile bool _compacted;
    private int _delivered;

    public IStore Inner { get; set; } = inner;

    /// <summary>Watches tell nothing any more.</summary>
    public bool Mute { get; set; }

    /// <summary>The next change ends the watch once, as compacted.</summary>
    public bool Compacted { set => _compacted = value; }

    /// <summary>How many changes the watches have handed over, and were asked for the next after.</summary>
    public int Delivered => Volatile.Read(ref _delivered);

    public string Description => Inner.Description;

    public void Fail(string reason)
    {
        _fault = reason;
        _broken.Cancel();
    }

    public void Heal()
    {
        _broken = new();
        _fault = null;
    }

    public Task<StoredValue?> GetAsync(string key, CancellationToken cancellation) => Present.GetAsync(key, cancellation);

    public Task<Listing> ListAsync(string prefix, CancellationToken cancellation) => Present.ListAsync(prefix, cancellation);

    public Task<Listing> ListAtAsync(string prefix, long revision, CancellationToken cancellation) => Present.ListAtAsync(prefix, revision, cancellation);

    public Task<IReadOnlyList<string>> ListKeysAsync(string prefix, CancellationToken cancellation) => Present.ListKeysAsync(prefix, cancellation);

    public Task<CommitResult> CommitAsync(IReadOnlyList<StoreWrite> writes, CancellationToken cancellation) => Present.CommitAsync(writes, cancellation);

    public async IAsyncEnumerable<StoreEvent> WatchAsync(string prefix, long afterRevision, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _broken.Token);
        await using var watch = Present.WatchAsync(prefix, afterRevision, either.Token).GetAsyncEnumerator(either.Token);
        while (await NextAsync(watch, cancellation))
        {
            if (_compacted)
            {
                _compacted = false;
                throw new CompactedException(watch.Current.Revision);
            }

            if (Mute)
                continue;

            yield return watch.Current;
            Interlocked.Increment(ref _delivered);
        }
    }

    public ValueTask DisposeAsync()
    {
        _broken.Dispose();
        return Inner.DisposeAsync();
    }

    private async Task<bool> NextAsync(IAsyncEnumerator<StoreEvent> watch, CancellationToken cancellation)
    {
        try
        {
            return await watch.MoveNextAsync();
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new DatastoreException(_fault ?? "away");
        }
    }

    private IStore Present => _fault is { } reason ? throw new DatastoreException(reason) : Inner;
}
