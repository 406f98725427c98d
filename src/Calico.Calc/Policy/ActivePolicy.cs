using Calico.Model.Hosts;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Calico.Model.Selectors;

namespace Calico.Calc.Policy;

/// <summary>A policy ready to be matched: its selector parsed and its fields' defaults filled in.</summary>
internal sealed class ActivePolicy
{
    private const string Staged = "Staged";

    private readonly Resource<PolicySpec> _resource;

    public ActivePolicy(ResourceId id, Resource<PolicySpec> resource)
    {
        _resource = resource;
        Id = new(id.Kind.Name, id.Namespace, id.Name);
        Action = Id.IsStaged ? Spec.StagedAction ?? StagedAction.Set : null;
        Enforced = Id.IsStaged ? Id with { Kind = Id.Kind[Staged.Length..] } : Id;
        try
        {
            Selector = Action is StagedAction.Delete or StagedAction.Ignore ? null : EffectiveSelectors.OfPolicy(id.Namespace, Spec);
        }
        catch (FormatException e)
        {
            Problem = $"{Id} applies to no endpoint: {e.Message}";
        }

        var hasIngress = Spec.Ingress is { Count: > 0 };
        var hasEgress = Spec.Egress is { Count: > 0 };
        AppliesToEgress = Spec.Types?.Contains(PolicyType.Egress) ?? hasEgress;
        AppliesToIngress = Spec.Types?.Contains(PolicyType.Ingress) ?? (hasIngress || !hasEgress);
    }

    public RulesId Id { get; }

    /// <summary>The policy itself or, of a staged one, the policy that it stands in for.</summary>
    public RulesId Enforced { get; }

    /// <summary>Of a staged policy.</summary>
    public StagedAction? Action { get; }

    public bool IsStaged => Action is not null;

    /// <summary>Null if malformed or a staged policy that has none; it then applies to nothing.</summary>
    public Selector? Selector { get; }

    public string? Problem { get; }

    public string Tier => string.IsNullOrEmpty(Spec.Tier) ? TierOrder.Default : Spec.Tier;

    /// <summary>Absent: after all that have one.</summary>
    public double Order => Spec.Order ?? double.PositiveInfinity;

    /// <summary>Decides between policies of equal order, as Felix does.</summary>
    public string OrderKey => field ??= $"{Id.Name}/{Id.Namespace}/{Id.Kind}";

    public bool AppliesToIngress { get; }

    public bool AppliesToEgress { get; }

    public ResolvedRules Rules => field ??= new(Id, Spec.Ingress, Spec.Egress);

    private PolicySpec Spec => _resource.Spec;

    /// <summary>Untracked and pre-DNAT policies are about host endpoints only, each at its own stage.</summary>
    public bool AppliesAt(Stage stage) => stage switch
    {
        Stage.Untracked => Spec.DoNotTrack == true,
        Stage.PreDnat => Spec.PreDNAT == true && Spec.DoNotTrack != true,
        _ => Spec.DoNotTrack != true && Spec.PreDNAT != true && (stage == Stage.Normal || Spec.ApplyOnForward == true),
    };

    /// <summary>True if the other applies to the same endpoints in the same way; their rules may differ.</summary>
    public bool ReachesAs(ActivePolicy other) =>
        Id == other.Id
        && Action == other.Action
        && Equals(Selector, other.Selector)
        && Tier == other.Tier
        && Order.Equals(other.Order)
        && (AppliesToIngress, AppliesToEgress) == (other.AppliesToIngress, other.AppliesToEgress)
        && Enum.GetValues<Stage>().All(stage => AppliesAt(stage) == other.AppliesAt(stage));
}

/// <summary>Where on a packet's way a policy is asked; a workload knows only the normal one.</summary>
internal enum Stage
{
    Normal,
    Forward,
    PreDnat,
    Untracked,
}
