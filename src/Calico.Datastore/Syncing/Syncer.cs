using System.Runtime.CompilerServices;
using Calico.Model.Store;
using Microsoft.Extensions.Logging;

namespace Calico.Datastore.Syncing;

/// <summary>Follows the store: everything it holds, then every change, for as long as it is read, whatever happens to the store.</summary>
/// <remarks>
/// A watch is not trusted alone: after any loss, and every few minutes without one, everything is listed and compared with what
/// was told, so that nothing stays missed, deletions included. A slow reader sees fewer, newer states, never a wrong last one.
/// </remarks>
/// <param name="store">The store.</param>
/// <param name="options">How often.</param>
/// <param name="time">Sets the pace.</param>
/// <param name="logger">Hears of losses.</param>
/// <param name="disk">Where what is known is kept for a start without the store; null: nowhere. For one stream at a time.</param>
public sealed partial class Syncer(IStore store, SyncerOptions options, TimeProvider time, ILogger logger, LastKnown? disk = null)
{
    /// <summary>Handles are left out: nobody follows them, and they are as many as the addresses.</summary>
    private static readonly string[] Prefixes = [StoreKeys.Resources, StoreKeys.Blocks, StoreKeys.Hosts];

    /// <summary>So much of the store at once is more megabytes than a node works with from then on.</summary>
    private const int LargeListing = 20_000;

    /// <summary>The stream; ends by cancellation alone. Each call is a stream of its own.</summary>
    public async IAsyncEnumerable<SyncEvent> ReadAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        var outbox = new Outbox(options.BatchSize);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var follow = FollowAsync(outbox, stop.Token);
        try
        {
            await foreach (var told in outbox.ReadAsync(stop.Token))
                yield return told;
        }
        finally
        {
            await stop.CancelAsync();
            await follow;
        }
    }

    private async Task FollowAsync(Outbox outbox, CancellationToken cancellation)
    {
        var mirror = new Mirror(outbox, disk);
        var connection = new Connection(outbox);
        var backoff = new Backoff(options.RetryDelay, options.MaxRetryDelay, Random.Shared);
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                if (connection.IsLost)
                    await ReturnAsync(mirror, backoff, cancellation);
                var (revision, differences) = await CompareAsync(mirror, cancellation);
                connection.Listed();
                if (differences > LargeListing)
                    GC.Collect(); // what was listed is garbage now; changes do not wait for it later, in the middle of their way
                backoff.Reset();
                await WatchAsync(mirror, revision, cancellation);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                return;
            }
            catch (CompactedException e)
            {
                Relisting(e.Message);
            }
            catch (Exception e)
            {
                if (connection.Lost(e.Message))
                    Lost(e.Message);
                if (connection.WantsLastKnown && disk?.Read() is var (items, taken))
                {
                    mirror.Recall(items);
                    outbox.Add(new SyncEvent.FromDisk(taken));
                }

                await WaitAsync(backoff.Next(), cancellation);
            }
        }
    }

    /// <summary>Asks a little of a store that was away, and then waits for its turn among all the hosts that want to list everything.</summary>
    private async Task ReturnAsync(Mirror mirror, Backoff backoff, CancellationToken cancellation)
    {
        await store.GetAsync(StoreKeys.LastCommit, cancellation);
        await WaitAsync(backoff.Spread(mirror.Hosts, options.SpreadPerHost), cancellation);
        cancellation.ThrowIfCancellationRequested();
    }

    /// <returns>The revision to watch after, and how much was told.</returns>
    private async Task<(long Revision, int Differences)> CompareAsync(Mirror mirror, CancellationToken cancellation)
    {
        var listings = new List<Listing>();
        foreach (var prefix in Prefixes)
            listings.Add(await store.ListAsync(prefix, cancellation));

        var differences = Prefixes.Zip(listings).Sum(pair => mirror.Reconcile(pair.First, pair.Second));
        if (disk is not null && (differences > 0 || disk.WantsSnapshot)) // what no watch has told is in no change on the disk
            disk.Write(listings.SelectMany(listing => listing.Items));
        Compared(differences, mirror.UnreadableCount);
        return (listings.Min(listing => listing.Revision), differences);
    }

    /// <summary>Takes changes until the next full compare is due.</summary>
    private async Task WatchAsync(Mirror mirror, long revision, CancellationToken cancellation)
    {
        var jitter = 0.8 + (0.4 * Random.Shared.NextDouble()); // so that many hosts do not list at once
        using var due = new CancellationTokenSource(options.CompareEvery * jitter, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(due.Token, cancellation);
        try
        {
            await foreach (var change in store.WatchAsync(StoreKeys.Root, revision, either.Token))
                mirror.Take(change);
        }
        catch (OperationCanceledException) when (due.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            // The compare is due; it runs next.
        }
    }

    private async Task WaitAsync(TimeSpan delay, CancellationToken cancellation)
    {
        try
        {
            await Task.Delay(delay, time, cancellation);
        }
        catch (OperationCanceledException)
        {
            // The caller's loop ends.
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "Compared the store with what was told: {Differences} differences, {Unreadable} unreadable")]
    private partial void Compared(int differences, int unreadable);

    [LoggerMessage(Level = LogLevel.Information, Message = "Listing everything again: {Reason}")]
    private partial void Relisting(string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The datastore is away, trying again until it is back: {Reason}")]
    private partial void Lost(string reason);

    /// <summary>Turns what happens into the marks that the reader sees, each once.</summary>
    private sealed class Connection(Outbox outbox)
    {
        private bool _inSync;
        private bool _lost;
        private bool _recalled;

        public bool IsLost => _lost;

        /// <summary>True the first time it is asked, unless the store has been seen before.</summary>
        public bool WantsLastKnown
        {
            get
            {
                var wants = !_inSync && !_recalled;
                _recalled = true;
                return wants;
            }
        }

        public void Listed()
        {
            if (_lost)
                outbox.Add(new SyncEvent.Connected());
            if (!_inSync)
                outbox.Add(new SyncEvent.InSync());
            (_lost, _inSync) = (false, true);
        }

        /// <returns>True at the first failure since the store was last there.</returns>
        public bool Lost(string reason)
        {
            var first = !_lost;
            _lost = true;
            if (first)
                outbox.Add(new SyncEvent.Disconnected(reason));
            return first;
        }
    }
}
