using Calico.Model.Hosts;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Calico.Model.Selectors;

namespace Calico.Calc.Policy;

/// <summary>A policy ready to be matched: its selector parsed and its fields' defaults filled in.</summary>
internal sealed class ActivePolicy
{
    private readonly Resource<PolicySpec> _resource;

    public ActivePolicy(ResourceId id, Resource<PolicySpec> resource)
    {
        _resource = resource;
        Id = new(id.Kind.Name, id.Namespace, id.Name);
        try
        {
            Selector = EffectiveSelectors.OfPolicy(id.Namespace, resource.Spec);
        }
        catch (FormatException e)
        {
            Problem = $"{Id} applies to no endpoint: {e.Message}";
        }

        var types = resource.Spec.Types;
        var hasIngress = resource.Spec.Ingress is { Count: > 0 };
        var hasEgress = resource.Spec.Egress is { Count: > 0 };
        AppliesToEgress = types?.Contains(PolicyType.Egress) ?? hasEgress;
        AppliesToIngress = types?.Contains(PolicyType.Ingress) ?? (hasIngress || !hasEgress);
    }

    public RulesId Id { get; }

    /// <summary>Null if malformed; the policy then applies to nothing.</summary>
    public Selector? Selector { get; }

    public string? Problem { get; }

    public string Tier => string.IsNullOrEmpty(_resource.Spec.Tier) ? TierOrder.Default : _resource.Spec.Tier;

    /// <summary>Absent: after all that have one.</summary>
    public double Order => _resource.Spec.Order ?? double.PositiveInfinity;

    /// <summary>Decides between policies of equal order, as Felix does.</summary>
    public string OrderKey => $"{Id.Name}/{Id.Namespace}/{Id.Kind}";

    public bool AppliesToIngress { get; }

    public bool AppliesToEgress { get; }

    /// <summary>Untracked and pre-DNAT policies are about host endpoints only.</summary>
    public bool AppliesToWorkloads => _resource.Spec.DoNotTrack != true && _resource.Spec.PreDNAT != true;

    public ResolvedRules Rules => field ??= new(Id, _resource.Spec.Ingress, _resource.Spec.Egress);
}
