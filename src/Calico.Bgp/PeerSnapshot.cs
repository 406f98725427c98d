using System.Net;
using Calico.Bgp.Session;

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

    /// <summary>Routes held from the peer, those that the policy refused included.</summary>
    public int RoutesReceived { get; init; }

    public int RoutesSent { get; init; }

    /// <summary>Agreed with the peer; zero when the session is not established or runs without.</summary>
    public TimeSpan HoldTime { get; init; }

    /// <summary>True while the peer is away and its routes are kept for it (RFC 4724).</summary>
    public bool RoutesAreStale { get; init; }
}
