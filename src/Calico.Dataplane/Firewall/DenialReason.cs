using Calico.Model.Hosts;
using Calico.Model.Resources.Specs;

namespace Calico.Dataplane.Firewall;

/// <summary>Why packets are denied, for whoever is told of one.</summary>
/// <param name="Direction">Of the endpoint whose policy it is.</param>
/// <param name="Text">In words.</param>
internal sealed record DenialReason(PolicyType Direction, string Text)
{
    /// <summary>Null if no policy or profile decided.</summary>
    public RulesId? Rules { get; init; }

    /// <summary>Null if no single rule decided.</summary>
    public int? Rule { get; init; }

    /// <summary>The endpoint is one of the host's own interfaces.</summary>
    public bool IsHost { get; init; }

    /// <summary>They are not denied, but would be if staged policies were enforced.</summary>
    public bool IsStaged { get; init; }
}
