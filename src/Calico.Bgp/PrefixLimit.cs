namespace Calico.Bgp;

/// <summary>How many routes a peer may send, all families together, and what is done about more.</summary>
/// <param name="Maximum">The most that is in order; 1 or more.</param>
public sealed record PrefixLimit(int Maximum, PrefixLimitAction Action)
{
    /// <summary>In percent of the maximum: from there on there is a warning in the log.</summary>
    public int WarnAt { get; init; } = 75;

    /// <summary>How long <see cref="PrefixLimitAction.Restart"/> waits before the next try.</summary>
    public TimeSpan RestartAfter { get; init; } = TimeSpan.FromMinutes(1);
}

public enum PrefixLimitAction
{
    /// <summary>A warning in the log, and no more.</summary>
    Warn,

    /// <summary>The session ends (RFC 4486, 6/1), and begins anew after a while.</summary>
    Restart,

    /// <summary>The session ends, and stays so until the peer's configuration changes.</summary>
    Shut,
}
