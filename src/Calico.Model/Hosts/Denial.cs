using System.Net;
using Calico.Model.Resources.Specs;
using Calico.Model.Values;

namespace Calico.Model.Hosts;

/// <summary>Packets that one rule of one endpoint denied, gathered: one row of <c>calicoctl node denials</c>.</summary>
public sealed record Denial
{
    /// <summary>Grows with every change to the node's list, so that a reader asks for what is newer than it has seen.</summary>
    public required long Serial { get; init; }

    /// <summary>How many packets were seen. The kernel reports at most some hundred a second: <see cref="DenialList.Lost"/>.</summary>
    public required long Count { get; init; }

    public required DateTimeOffset First { get; init; }

    public required DateTimeOffset Last { get; init; }

    /// <summary>The resource, such as <c>WorkloadEndpoint(default/a)</c>; the interface's name if nobody's.</summary>
    public required string Endpoint { get; init; }

    /// <summary>Ingress: on its way to the endpoint; Egress: sent by it.</summary>
    public required PolicyType Direction { get; init; }

    /// <summary>The policy or profile, such as <c>NetworkPolicy(default/db)</c>; null if none of them decided.</summary>
    public string? Policy { get; init; }

    /// <summary>The rule's place in the policy's list for the direction, from 0; null if no single rule decided.</summary>
    public int? Rule { get; init; }

    /// <summary>In words: the rule, <c>end of tier default</c>, <c>no profile allowed it</c>, <c>spoofed source</c>, …</summary>
    public required string Reason { get; init; }

    /// <summary>True: not denied, but would be if the staged policies were enforced.</summary>
    public bool IsStaged { get; init; }

    /// <summary>Of the last such packet.</summary>
    public required Protocol Protocol { get; init; }

    public required IPAddress Source { get; init; }

    public ushort? SourcePort { get; init; }

    public required IPAddress Destination { get; init; }

    /// <summary>The port, or for ICMP null.</summary>
    public ushort? DestinationPort { get; init; }
}

/// <summary>What <c>GET /denials?since=SERIAL</c> on the node's socket answers; without <c>since</c>, all that it keeps.</summary>
/// <remarks>With <c>&amp;wait=SECONDS</c> (at most 60) it answers as soon as there is something newer, or empty-handed when the time is up.</remarks>
public sealed record DenialList
{
    /// <summary>The highest serial so far: what to ask <c>since</c> next.</summary>
    public required long Serial { get; init; }

    /// <summary>Packets that could not be read in time and are in no count, since the node started.</summary>
    public long Lost { get; init; }

    /// <summary>The newest first.</summary>
    public ValueList<Denial> Denials { get; init; } = [];
}
