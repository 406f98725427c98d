using System.Threading.Channels;

namespace Calico.Dataplane;

/// <summary>Reasons for a round, gathered until the loop takes them: many callers, one loop.</summary>
internal sealed class Wakeups(TimeProvider time)
{
    private readonly Channel<bool> _bell = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private int _reasons;

    public void Add(Wakeup reason)
    {
        if (reason == Wakeup.None)
            return;

        Interlocked.Or(ref _reasons, (int)reason);
        _bell.Writer.TryWrite(true); // a full channel has rung already
    }

    /// <summary>Waits for a first reason, then, unless it is one that cannot wait, a little for others that belong with it.</summary>
    /// <returns>All that came; none if nothing did within <paramref name="atMost"/>.</returns>
    public async Task<Wakeup> TakeAsync(TimeSpan atMost, TimeSpan gather, CancellationToken cancellation)
    {
        await RingAsync(atMost, cancellation);
        if (((Wakeup)Volatile.Read(ref _reasons) & Wakeup.Urgent) == Wakeup.None && Volatile.Read(ref _reasons) != 0)
            await GatherAsync(gather, cancellation);
        return (Wakeup)Interlocked.Exchange(ref _reasons, 0);
    }

    private async Task GatherAsync(TimeSpan gather, CancellationToken cancellation)
    {
        var until = time.GetTimestamp() + (long)(gather.TotalSeconds * time.TimestampFrequency);
        while (((Wakeup)Volatile.Read(ref _reasons) & Wakeup.Urgent) == Wakeup.None)
        {
            var left = time.GetElapsedTime(time.GetTimestamp(), until);
            if (left <= TimeSpan.Zero || !await RingAsync(left, cancellation))
                return;
        }
    }

    /// <returns>False if the time passed first.</returns>
    private async Task<bool> RingAsync(TimeSpan atMost, CancellationToken cancellation)
    {
        using var timeout = new CancellationTokenSource(atMost, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellation);
        try
        {
            await _bell.Reader.ReadAsync(either.Token);
            return true;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return false;
        }
    }
}

[Flags]
internal enum Wakeup
{
    None = 0,

    /// <summary>Something else is wanted, or somebody waits for an endpoint.</summary>
    Urgent = 1,

    /// <summary>The kernel told of a change to links, addresses or routes.</summary>
    Routing = 2,

    /// <summary>The kernel told of a change to our table, or lost such news.</summary>
    Firewall = 4,

    /// <summary>The kernel told of a change to the tables that Docker keeps.</summary>
    Docker = 8,
}
