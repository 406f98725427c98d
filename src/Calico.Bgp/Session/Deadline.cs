namespace Calico.Bgp.Session;

/// <summary>A timer that is restarted far more often than it expires, such as the hold timer: restarting it is an assignment.</summary>
/// <remarks>
/// The kernel's timer is only ever brought forward. When it fires too early, <paramref name="look"/> leads its owner to <see cref="Check"/>,
/// which arms it again. All members but the callback belong to one loop.
/// </remarks>
internal sealed class Deadline(TimeProvider time, Action<Deadline> look, Action expired) : IDisposable
{
    private ITimer? _timer;
    private long _armed = long.MaxValue; // the timestamp that the timer will fire at
    private long _due = long.MaxValue;

    /// <summary>Zero or less stops it.</summary>
    public void Restart(TimeSpan after)
    {
        if (after <= TimeSpan.Zero)
        {
            Stop();
            return;
        }

        _due = time.GetTimestamp() + (long)(after.TotalSeconds * time.TimestampFrequency);
        if (_due < _armed)
            Arm();
    }

    public void Stop() => _due = long.MaxValue;

    /// <summary>Calls the owner's action if the time has come.</summary>
    public void Check()
    {
        _armed = long.MaxValue;
        if (_due == long.MaxValue)
            return;

        if (_due > time.GetTimestamp())
        {
            Arm();
            return;
        }

        _due = long.MaxValue;
        expired();
    }

    public void Dispose()
    {
        Stop();
        _timer?.Dispose();
    }

    private void Arm()
    {
        _armed = _due;
        var left = time.GetElapsedTime(time.GetTimestamp(), _due);
        _timer ??= time.CreateTimer(_ => look(this), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _timer.Change(TimeSpan.FromMilliseconds(Math.Max(1, Math.Ceiling(left.TotalMilliseconds))), Timeout.InfiniteTimeSpan);
    }
}
