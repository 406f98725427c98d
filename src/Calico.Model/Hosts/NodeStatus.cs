using System.Net;
using System.Text.Json.Serialization;
using Calico.Model.Values;

namespace Calico.Model.Hosts;

/// <summary>What <c>GET /status</c> on the node's socket answers, and <c>calicoctl node status</c> prints.</summary>
public sealed record NodeStatus
{
    /// <summary>The socket of the local API; anyone on the host may read the status from it.</summary>
    public const string SocketPath = "/run/calico/node.sock";

    /// <summary>Of <see cref="Datastore"/>, when all is well.</summary>
    public const string InSync = "in sync";

    public required string Node { get; init; }

    public required string Version { get; init; }

    public required int Pid { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>True once the store's snapshot is in and the kernel was brought to it; what could not be is in <see cref="Problems"/>.</summary>
    public required bool Ready { get; init; }

    /// <summary>In words: <c>in sync</c>, or what is being waited for.</summary>
    public required string Datastore { get; init; }

    /// <summary>What of the kernel could not be brought in line, in words; empty if all is well.</summary>
    public ValueList<string> Problems { get; init; } = [];

    /// <summary>In words, whether packets of known connections take the fast path: by how many interfaces, or why not.</summary>
    public string? FastPath { get; init; }

    public ValueList<PeerStatus> Peers { get; init; } = [];

    /// <summary>When it was written into the store; null of what the socket answers.</summary>
    public DateTimeOffset? ReportedAt { get; init; }
}

public sealed record PeerStatus
{
    public required IPAddress Address { get; init; }

    /// <summary><c>node-to-node mesh</c>, <c>node specific</c> or <c>global</c>.</summary>
    public required string Type { get; init; }

    /// <summary><c>up</c>, <c>start</c> or <c>down</c>, as BIRD says it.</summary>
    public required string State { get; init; }

    public required DateTimeOffset Since { get; init; }

    /// <summary>The session's state (Established, Connect, …) and the last error if there is one.</summary>
    public required string Info { get; init; }

    /// <summary>The peering's name, such as <c>Mesh_10_0_0_2</c>.</summary>
    public string? Name { get; init; }

    public uint? As { get; init; }

    public int? RoutesReceived { get; init; }

    public int? RoutesSent { get; init; }

    /// <summary>In seconds, as agreed on; null when not established.</summary>
    public int? HoldTime { get; init; }

    /// <summary>The state of BFD with the peer; null without it.</summary>
    public string? Bfd { get; init; }

    /// <summary>Why the session was last not, or no more; it stays when it is established again.</summary>
    public string? LastFailure { get; init; }

    public DateTimeOffset? LastFailureAt { get; init; }

    /// <summary>How often the session was established since the peering began.</summary>
    public int? TimesEstablished { get; init; }

    /// <summary>What the two sides have agreed on, in words.</summary>
    public ValueList<string> Agreed { get; init; } = [];

    [JsonIgnore]
    public bool IsIPv4 => Address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork;
}
