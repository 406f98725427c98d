using System.Runtime.InteropServices;

namespace Calico.Calc.Evaluation;

/// <summary>What becomes of a flow: each end that policy watches over has a say, and so have host endpoints where it crosses from host to host.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct FlowDecision
{
    /// <summary>Of the sender's egress; null if it is no workload.</summary>
    public Decision? Egress { get; init; }

    /// <summary>Where it leaves the sender's host; null if no host endpoint says anything.</summary>
    public HostDecision? AtSendersHost { get; init; }

    /// <summary>Where it comes to the receiver's host; null if no host endpoint says anything.</summary>
    public HostDecision? AtReceiversHost { get; init; }

    /// <summary>Of the receiver's ingress; null if it is no workload.</summary>
    public Decision? Ingress { get; init; }

    public bool IsAllowed => Egress is not { IsAllowed: false }
        && AtSendersHost is not { Decision.IsAllowed: false }
        && AtReceiversHost is not { Decision.IsAllowed: false }
        && Ingress is not { IsAllowed: false };
}

/// <summary>What a host endpoint makes of a packet.</summary>
/// <param name="Node">The host.</param>
/// <param name="HostEndpoint">The resource's name; null of what holds for the host as a whole.</param>
/// <param name="Stage">Where.</param>
/// <param name="Decision">And what.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct HostDecision(string Node, string? HostEndpoint, HostStage Stage, Decision Decision)
{
    /// <summary>Who decides: <c>HostEndpoint(eth0) on host-a, forward</c>.</summary>
    public override string ToString() => HostEndpoint is null ? Node : $"HostEndpoint({HostEndpoint}) on {Node}, {Stage.ToString().ToLowerInvariant()}";
}
