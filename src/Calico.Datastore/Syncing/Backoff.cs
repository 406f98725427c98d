namespace Calico.Datastore.Syncing;

/// <summary>How long one client of many waits before it tries again a store that is away, and before it makes use of one that is back.</summary>
/// <remarks>
/// Waits double up to a limit, and each varies by half, so that the attempts of many spread evenly. That the store is back every client learns by a
/// small question; the large ones that follow, such as listing everything, are spread over a time that grows with the number of clients.
/// </remarks>
public sealed class Backoff(TimeSpan first, TimeSpan limit, Random random)
{
    private TimeSpan? _next;

    /// <summary>The wait before the next attempt.</summary>
    public TimeSpan Next()
    {
        var delay = _next ?? first;
        _next = TimeSpan.FromTicks(Math.Min(delay.Ticks * 2, limit.Ticks));
        return delay * (0.5 + (0.5 * random.NextDouble()));
    }

    /// <summary>An attempt went well: the next failure begins anew.</summary>
    public void Reset() => _next = null;

    /// <summary>The wait before a large question to a store that is just back.</summary>
    /// <param name="clients">How many ask the same.</param>
    /// <param name="each">How long one of them keeps the store busy.</param>
    public TimeSpan Spread(int clients, TimeSpan each) => each * clients * random.NextDouble();
}
