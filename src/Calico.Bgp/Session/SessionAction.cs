using Calico.Bgp.Messages;

namespace Calico.Bgp.Session;

/// <summary>What the session's owner must do; the state machine itself touches no socket and no clock.</summary>
internal abstract record SessionAction
{
    private SessionAction() { }

    /// <summary>Starts to connect; answered by <see cref="SessionEvent.Connected"/> or <see cref="SessionEvent.ConnectFailed"/>.</summary>
    public sealed record Dial : SessionAction;

    /// <summary>Gives up an attempt to connect, if there is one; it is not answered any more.</summary>
    public sealed record CancelDial : SessionAction;

    public sealed record Send(int Link, BgpMessage Message) : SessionAction;

    /// <summary>Closes the link once all that was sent on it is out, and ends its timers; no event of it comes any more.</summary>
    public sealed record Close(int Link) : SessionAction;

    /// <summary>To be shortened by jitter (RFC 4271 §10).</summary>
    public sealed record RestartConnectRetry(TimeSpan After) : SessionAction;

    public sealed record StopConnectRetry : SessionAction;

    /// <summary>Zero stops it.</summary>
    public sealed record RestartHold(int Link, TimeSpan After) : SessionAction;

    /// <summary>To be shortened by jitter (RFC 4271 §10). Zero stops it.</summary>
    public sealed record RestartKeepalive(int Link, TimeSpan After) : SessionAction;

    public sealed record PeerUp(int Link, Agreement Agreed) : SessionAction;

    /// <summary>The established session is over.</summary>
    /// <param name="KeepRoutes">The peer went without a word and restarts gracefully: its routes are to be kept for now (RFC 4724 §4.2).</param>
    public sealed record PeerDown(string Reason, bool KeepRoutes) : SessionAction
    {
        /// <summary>The NOTIFICATION that we ended the session with.</summary>
        public NotificationMessage? Sent { get; init; }

        /// <summary>The NOTIFICATION that the peer ended it with.</summary>
        public NotificationMessage? Received { get; init; }

        /// <summary>Without a NOTIFICATION: we have closed the connection, not the peer.</summary>
        public bool ByUs { get; init; }

        /// <summary>Another connection with the peer goes on in its place (RFC 4271 §6.8): the peer has not restarted.</summary>
        public bool IsCollision { get; init; }
    }

    /// <summary>An UPDATE, ROUTE-REFRESH or KEEPALIVE of the established session.</summary>
    public sealed record Deliver(BgpMessage Message) : SessionAction;
}
