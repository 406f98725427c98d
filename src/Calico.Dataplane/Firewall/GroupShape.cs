using Calico.Model.Hosts;
using Calico.Model.Values;

namespace Calico.Dataplane.Firewall;

/// <summary>What endpoints of one group have in common: their policy in one direction, and how it ends.</summary>
internal sealed record GroupShape
{
    public required bool IsIngress { get; init; }

    /// <summary>Of host endpoints: its denials are theirs, and it shares no chain with workloads.</summary>
    public bool IsHost { get; init; }

    public required ValueList<EndpointTier> Tiers { get; init; }

    /// <summary>Null: what the tiers leave undecided goes on to what follows; else what the profiles leave undecided is denied.</summary>
    public ValueList<RulesId>? Profiles { get; init; }

    /// <summary>What Allow does.</summary>
    public Verdict Allow { get; init; } = new Verdict.Accept();

    /// <summary>A tier in which a policy applies ends in its default action; false: in the next tier.</summary>
    public bool EndsTiers { get; init; } = true;

    /// <summary>Denied packets may be answered: the hook comes after routing.</summary>
    public bool CanReject { get; init; } = true;

    /// <summary>All that makes the chains of one group differ from another's.</summary>
    public string Content => $"{IsIngress} {IsHost} {Tiers} {Profiles} {Allow} {EndsTiers} {CanReject} {string.Join(' ', Tiers.Select(tier => tier.Preview))}";
}
