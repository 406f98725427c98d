using Calico.Model.Values;

namespace Calico.Model.Hosts;

/// <summary>What <c>GET /path?from=ADDRESS&amp;to=ADDRESS&amp;protocol=NUMBER&amp;port=NUMBER</c> on the node's socket answers: what of this host, beside policy, a packet meets.</summary>
public sealed record PathReport
{
    public required string Node { get; init; }

    /// <summary>In the order in which the packet meets them.</summary>
    public ValueList<PathFinding> Findings { get; init; } = [];
}

/// <param name="Text">What was found, in words.</param>
/// <param name="Effect">What it does to the packet.</param>
public sealed record PathFinding(string Text, PathEffect Effect);

[System.Text.Json.Serialization.JsonConverter(typeof(System.Text.Json.Serialization.JsonStringEnumConverter<PathEffect>))]
public enum PathEffect
{
    /// <summary>Lets it go on.</summary>
    None,

    /// <summary>May stop it: it could not be told for certain.</summary>
    MayStop,

    /// <summary>Stops it.</summary>
    Stops,
}
