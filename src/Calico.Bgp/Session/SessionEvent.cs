using Calico.Bgp.Messages;

namespace Calico.Bgp.Session;

/// <summary>What can happen to the session with a peer; the numbers are those of RFC 4271 §8.1.</summary>
/// <remarks>A link is one TCP connection, numbered by the owner: while two collide, events must say which they mean.</remarks>
internal abstract record SessionEvent
{
    private SessionEvent() { }

    /// <summary>Event 1, 3, 4, 5.</summary>
    public sealed record Start : SessionEvent;

    /// <summary>Event 2. With a null <paramref name="Farewell"/> connections end without a word, so that the peer keeps our routes (RFC 4724).</summary>
    public sealed record Stop(NotificationMessage? Farewell) : SessionEvent;

    /// <summary>Event 9.</summary>
    public sealed record ConnectRetryExpired : SessionEvent;

    /// <summary>Event 10.</summary>
    public sealed record HoldExpired(int Link) : SessionEvent;

    /// <summary>Event 11.</summary>
    public sealed record KeepaliveExpired(int Link) : SessionEvent;

    /// <summary>Event 16: our attempt to connect has succeeded.</summary>
    public sealed record Connected(int Link) : SessionEvent;

    /// <summary>Event 17: the peer has connected to us.</summary>
    public sealed record Accepted(int Link) : SessionEvent;

    /// <summary>Event 18 of an attempt to connect.</summary>
    public sealed record ConnectFailed(string Reason) : SessionEvent;

    /// <summary>Event 18 of a connection.</summary>
    public sealed record Lost(int Link, string Reason) : SessionEvent;

    /// <summary>Event 19, 24 to 27.</summary>
    public sealed record Received(int Link, BgpMessage Message) : SessionEvent;

    /// <summary>Event 21, 22, 28, and RFC 9687: the link cannot go on, and the peer is told why.</summary>
    public sealed record Malformed(int Link, NotificationMessage Answer, string Reason) : SessionEvent;

    /// <summary>Event 2 and 6: the session is ended by what it runs beside, such as a limit on routes or BFD.</summary>
    /// <param name="RetryAfter">When to begin anew; null: not by itself.</param>
    public sealed record Break(NotificationMessage Farewell, string Reason, TimeSpan? RetryAfter) : SessionEvent;
}
