namespace Calico.Bgp.Bfd;

/// <summary>How far a BFD session has come: the state variables of RFC 5880 §6.8.1 that change.</summary>
internal sealed record BfdProgress
{
    /// <summary>RFC 5880 §6.8.3: no faster than this while the session is not up.</summary>
    public static readonly TimeSpan Slow = TimeSpan.FromSeconds(1);

    public BfdState State { get; init; } = BfdState.Down;

    public BfdDiagnostic Diagnostic { get; init; }

    /// <summary>Zero: nothing heard of the peer.</summary>
    public uint RemoteDiscriminator { get; init; }

    public BfdState RemoteState { get; init; } = BfdState.Down;

    public bool RemoteDemand { get; init; }

    public TimeSpan RemoteRequiredReceive { get; init; } = TimeSpan.FromMicroseconds(1);

    public TimeSpan RemoteDesiredTransmit { get; init; }

    public byte RemoteMultiplier { get; init; }

    /// <summary>Our interval has changed, and the peer has not yet said that it knows (RFC 5880 §6.5).</summary>
    public bool Polling { get; init; }

    /// <summary>RFC 5880 §6.8.2: how often we may send. Zero: not at all.</summary>
    public TimeSpan TransmitInterval(BfdSettings settings) =>
        RemoteRequiredReceive == TimeSpan.Zero || (RemoteDemand && State == BfdState.Up && RemoteState == BfdState.Up && !Polling)
            ? TimeSpan.Zero
            : Longer(DesiredTransmit(settings), RemoteRequiredReceive);

    public TimeSpan DesiredTransmit(BfdSettings settings) => State == BfdState.Up ? settings.Interval : Longer(settings.Interval, Slow);

    /// <summary>RFC 5880 §6.8.4: nothing heard for this long ends the session. Zero while nothing is known of the peer.</summary>
    public TimeSpan DetectionTime(BfdSettings settings) => RemoteMultiplier * Longer(settings.Interval, RemoteDesiredTransmit);

    private static TimeSpan Longer(TimeSpan left, TimeSpan right) => left > right ? left : right;
}
