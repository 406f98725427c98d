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
