namespace Calico.Dataplane;

/// <summary>Says whether something that is done every so often is due again.</summary>
/// <remarks>It counts nine tenths of the time as the whole: who asks when a timer of that length ends may be a little early, and would not ask again before the next.</remarks>
/// <param name="time">Whose time passes.</param>
/// <param name="every">How often it is done at most.</param>
internal sealed class Recurrence(TimeProvider time, TimeSpan every)
{
    private const double Enough = 0.9;

    private long? _last;

    /// <summary>At first it is.</summary>
    public bool IsDue => _last is not { } last || time.GetElapsedTime(last) >= every * Enough;

    /// <summary>Until the whole time has passed; never less than nothing, whatever passes while it is computed.</summary>
    public TimeSpan Left => _last is { } last ? NotNegative(every - time.GetElapsedTime(last)) : TimeSpan.Zero;

    /// <summary>A time to wait, which may be over already.</summary>
    public static TimeSpan NotNegative(TimeSpan left) => left > TimeSpan.Zero ? left : TimeSpan.Zero;

    /// <summary>It is done now, or was tried.</summary>
    public void Begin() => _last = time.GetTimestamp();
}
