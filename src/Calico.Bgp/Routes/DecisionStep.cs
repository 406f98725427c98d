namespace Calico.Bgp.Routes;

/// <summary>How a path came out of the decision: at which step it fell behind, or that it did not. In the order of the steps.</summary>
internal enum DecisionStep : byte
{
    /// <summary>Refused by a policy or a loop.</summary>
    NotUsable,

    /// <summary>Its next hop cannot be reached.</summary>
    NextHopUnreachable,

    OwnRoute,

    /// <summary>Kept long after its peer went away (RFC 9494).</summary>
    LastResort,

    LocalPreference,
    AsPathLength,
    Origin,
    MultiExitDiscriminator,
    ExternalBeforeInternal,
    NextHopDistance,

    /// <summary>As good as the best but for the arbitrary tie-breaks: it shares the traffic.</summary>
    Multipath,

    Best,
}

internal static class DecisionSteps
{
    /// <summary>In words; null of the best.</summary>
    public static string? Describe(this DecisionStep step) => step switch
    {
        DecisionStep.NotUsable => "not used: refused by the import policy, or it came round in a loop",
        DecisionStep.NextHopUnreachable => "not used: its next hop cannot be reached",
        DecisionStep.OwnRoute => "the prefix is our own",
        DecisionStep.LastResort => "a last resort: its peer is long gone",
        DecisionStep.LocalPreference => "lower LOCAL_PREF",
        DecisionStep.AsPathLength => "longer AS_PATH",
        DecisionStep.Origin => "higher ORIGIN",
        DecisionStep.MultiExitDiscriminator => "higher MED from the same neighbouring AS",
        DecisionStep.ExternalBeforeInternal => "internal, where an external one is as good",
        DecisionStep.NextHopDistance => "its next hop is farther",
        DecisionStep.Multipath => "as good as the best: shares the traffic",
        _ => null,
    };
}
