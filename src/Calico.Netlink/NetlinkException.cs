namespace Calico.Netlink;

/// <summary>The kernel refused, or answered what cannot be read. The message says what was done to what and what came back.</summary>
public sealed class NetlinkException : Exception
{
    /// <param name="action">What was asked for, as in <c>add route 10.0.0.0/26 via 192.0.2.7</c>.</param>
    /// <param name="errno">The kernel's answer.</param>
    /// <param name="explanation">The kernel's own words, from its extended acknowledgement, where it had any.</param>
    public NetlinkException(string action, Errno errno, string? explanation = null)
        : base(explanation is null ? $"{action}: {errno}" : $"{action}: {errno}: {explanation}")
    {
        Action = action;
        Errno = errno;
        Explanation = explanation;
    }

    private NetlinkException(string message)
        : base(message) => Action = message;

    public string Action { get; }

    /// <summary><see cref="Errno.None"/> when the kernel's answer could not be read at all.</summary>
    public Errno Errno { get; }

    public string? Explanation { get; }

    internal static NetlinkException Malformed(string what) => new($"unreadable answer from the kernel: {what}");
}
