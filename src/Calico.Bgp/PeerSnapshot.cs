using System.Net;
using Calico.Bgp.Session;
using Calico.Bgp.Values;

namespace Calico.Bgp;

/// <summary>How it stands with one peer.</summary>
public sealed record PeerSnapshot
{
    public required string Name { get; init; }

    public required IPAddress Address { get; init; }

    public required uint As { get; init; }

    public required SessionState State { get; init; }

    /// <summary>When the session last came to this state.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>In words; null if nothing has gone wrong since the session was last established.</summary>
    public string? LastError { get; init; }

    /// <summary>Why the session was last not, or no more; it stays when the session is established again.</summary>
    public string? LastFailure { get; init; }

    public DateTimeOffset? LastFailureAt { get; init; }

    /// <summary>How often the session was established since the peer was configured.</summary>
    public int TimesEstablished { get; init; }

    /// <summary>UPDATE messages of all its sessions, and how many of them were faulty but did not end the session (RFC 7606).</summary>
    public long UpdatesReceived { get; init; }

    public long FaultyUpdates { get; init; }

    /// <summary>What the two sides have agreed on, in words such as "graceful restart 120 s"; empty when not established.</summary>
    public ValueArray<string> Agreed { get; init; } = [];

    /// <summary>The identifier and the addresses of the session; null when not established.</summary>
    public IPAddress? Identifier { get; init; }

    public IPAddress? LocalAddress { get; init; }

    /// <summary>Of the BFD session with the peer: AdminDown, Down, Init or Up; null without BFD.</summary>
    public string? Bfd { get; init; }

    /// <summary>Came by a <see cref="PeerRange"/>.</summary>
    public bool IsDynamic { get; init; }

    /// <summary>Routes held from the peer, those that the policy refused included.</summary>
    public int RoutesReceived { get; init; }

    public int RoutesSent { get; init; }

    /// <summary>Agreed with the peer; zero when the session is not established or runs without.</summary>
    public TimeSpan HoldTime { get; init; }

    /// <summary>True while the peer is away and its routes are kept for it (RFC 4724).</summary>
    public bool RoutesAreStale { get; init; }
}
