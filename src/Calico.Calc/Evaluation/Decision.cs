using System.Runtime.InteropServices;
using Calico.Model.Hosts;

namespace Calico.Calc.Evaluation;

/// <summary>What an endpoint's policy makes of a packet, and by what.</summary>
/// <param name="IsAllowed">Else it is dropped.</param>
/// <param name="Cause">What decided.</param>
/// <param name="Tier">The tier that decided; null if none did, and it fell to the profiles.</param>
/// <param name="Rule">The rule that decided, if one did.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct Decision(bool IsAllowed, DecisionCause Cause, string? Tier, RuleRef? Rule)
{
    public override string ToString() => Cause switch
    {
        DecisionCause.Rule => $"{Rule}",
        DecisionCause.EndOfTier => $"end of tier {Tier}",
        DecisionCause.Failsafe => "a failsafe port",
        DecisionCause.EndpointToHost => "defaultEndpointToHostAction, which is Drop",
        DecisionCause.Absent => "the endpoint is not on its host yet",
        _ => "no profile allowed it",
    };
}

public enum DecisionCause
{
    Rule,

    /// <summary>The tier's default action is Deny, and a policy of it applies.</summary>
    EndOfTier,

    /// <summary>Nothing decided, which is a no.</summary>
    NoProfile,

    /// <summary>Let through at a host endpoint before any policy.</summary>
    Failsafe,

    /// <summary>FelixConfiguration says that workloads do not reach their own host.</summary>
    EndpointToHost,

    /// <summary>The host does not have the endpoint, and passes nothing for it.</summary>
    Absent,
}
