using System.Threading.Channels;

namespace Calico.Plugins;

/// <summary>Wakes a loop; woken many times before it looks, it wakes once.</summary>
/// <param name="time">Measures what is waited for.</param>
/// <param name="gather">How long a loop that is woken waits for more of the same: what fifty containers wake it for is one look.</param>
internal sealed class Signal(TimeProvider time, TimeSpan gather = default)
{
    private readonly Channel<bool> _set = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public void Set() => _set.Writer.TryWrite(true);

    /// <summary>Ends when it is set, or after the time; true if it was set.</summary>
    public async Task<bool> WaitAsync(TimeSpan atMost, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(atMost, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            await _set.Reader.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return false;
        }

        if (gather > TimeSpan.Zero)
        {
            await Task.Delay(gather, time, cancellation);
            _set.Reader.TryRead(out _);
        }

        return true;
    }
}
