using Calico.Model.Values;

namespace Calico.Model.Resources.Specs;

/// <summary>Rules for the endpoints that name it in their <c>profiles</c>, after all policy; and labels those endpoints inherit.</summary>
public sealed record ProfileSpec
{
    public ValueList<Rule>? Ingress { get; init; }

    public ValueList<Rule>? Egress { get; init; }

    public Labels? LabelsToApply { get; init; }
}
