using System.Net;
using Calico.Bgp.Policy;
using Calico.Bgp.Values;

namespace Calico.Bgp;

/// <summary>One peer. Its session is reset only if what an OPEN says or what the TCP connection runs between changes.</summary>
public sealed record PeerConfiguration
{
    public required string Name { get; init; }

    public required IPAddress Address { get; init; }

    public int Port { get; init; } = SpeakerConfiguration.DefaultPort;

    /// <summary>The peer's AS; the same as ours makes the session internal.</summary>
    public required uint As { get; init; }

    /// <summary>Our AS towards this peer, if not the speaker's.</summary>
    public uint? LocalAs { get; init; }

    /// <summary>The source of our connection and the next hop of what we announce. If not given, the kernel chooses.</summary>
    public IPAddress? LocalAddress { get; init; }

    /// <summary>Waits for the peer to connect and never dials.</summary>
    public bool Passive { get; init; }

    /// <summary>The peer is a client of this route reflector (RFC 4456).</summary>
    public bool RouteReflectorClient { get; init; }

    public NextHopRule NextHop { get; init; }

    public ValueArray<Family> Families { get; init; } = Family.All;

    /// <summary>Proposed to the peer; the smaller of both counts. Zero, or 3 s and more, up to 65535 s.</summary>
    public TimeSpan HoldTime { get; init; } = TimeSpan.FromSeconds(90);

    /// <summary>The longest wait between two attempts to connect; the first attempts come sooner.</summary>
    public TimeSpan ConnectRetry { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How often we say that we are there; a third of the agreed hold time if not given, and never less often.</summary>
    public TimeSpan? KeepaliveTime { get; init; }

    /// <summary>Ends the session, and says this to the peer (RFC 9003); empty for no words, null while the session is wanted.</summary>
    public string? Shutdown { get; init; }

    /// <summary>The key of TCP's MD5 signatures (RFC 2385), up to 80 octets of UTF-8. A change of it resets nothing.</summary>
    public string? Password { get; init; }

    /// <summary>Only packets of a peer at most so many hops away are taken in (GTSM, RFC 5082); 1 for a neighbour on the link, up to 254.</summary>
    public int? TtlSecurity { get; init; }

    /// <summary>The TTL or hop limit of what we send, if not the kernel's; 255 with <see cref="TtlSecurity"/>.</summary>
    public int? Ttl { get; init; }

    /// <summary>How many routes the peer may send.</summary>
    public PrefixLimit? Limit { get; init; }

    /// <summary>Notices the peer's end long before the hold time does, and ends the session and its routes then; null: without.</summary>
    public BfdSettings? Bfd { get; init; }

    /// <summary>Our role to an external peer (RFC 9234).</summary>
    public BgpRole? Role { get; init; }

    /// <summary>An external peer must say its role too.</summary>
    public bool StrictRole { get; init; }

    /// <summary>So often may our own AS stand in the path of a route from the peer.</summary>
    public int AllowOwnAs { get; init; }

    public GracefulRestartMode GracefulRestart { get; init; } = GracefulRestartMode.Full;

    /// <summary>How long the peer may wait for us to come back; <see cref="SpeakerOptions.RestartTime"/> if not given. At most 4095 s.</summary>
    public TimeSpan? RestartTime { get; init; }

    /// <summary>
    /// A NOTIFICATION ends the session and not the routes (RFC 8538). With it a peer that falls silent keeps its routes for its restart time
    /// beyond the hold time, so it is to be asked for.
    /// </summary>
    public bool NotificationRestart { get; init; }

    /// <summary>How long after the restart time routes may yet be kept as a last resort (RFC 9494); null: not at all. At most 16777215 s.</summary>
    public TimeSpan? LongLivedStaleTime { get; init; }

    /// <summary>Several paths to a prefix (RFC 7911), where the peer can do its part. By default the best alone.</summary>
    public AddPathMode AddPath { get; init; }

    /// <summary>Which routes are taken from the peer. There is no default (RFC 8212).</summary>
    public required RoutePolicy Import { get; init; }

    /// <summary>Which routes the peer is told of. There is no default (RFC 8212).</summary>
    public required RoutePolicy Export { get; init; }
}

/// <summary>The next hop that a peer is told. Routes of our own always carry our address.</summary>
public enum NextHopRule
{
    /// <summary>RFC 4271 §5.1.3: our own address to external peers, unchanged to internal ones.</summary>
    Standard,

    Self,

    Unchanged,
}

/// <summary>What is done of RFC 4724.</summary>
public enum GracefulRestartMode
{
    /// <summary>The peer's routes go with its session, and so do ours.</summary>
    Off,

    /// <summary>The peer's routes are kept while it restarts, ours go with the session.</summary>
    Helper,

    Full,
}
