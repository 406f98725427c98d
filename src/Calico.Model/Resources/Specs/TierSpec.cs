namespace Calico.Model.Resources.Specs;

public sealed record TierSpec
{
    /// <summary>Absent: 1,000,000.</summary>
    public double? Order { get; init; }

    /// <summary>What happens to a packet that a policy of the tier applies to and none decides: Deny (absent) or Pass.</summary>
    public RuleAction? DefaultAction { get; init; }
}
