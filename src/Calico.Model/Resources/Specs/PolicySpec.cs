using System.Text.Json.Serialization;
using Calico.Model.Values;

namespace Calico.Model.Resources.Specs;

/// <summary>Of NetworkPolicy and GlobalNetworkPolicy: ordered rules for the endpoints that the selector matches.</summary>
public sealed record PolicySpec
{
    /// <summary>Absent: <c>default</c>.</summary>
    public string? Tier { get; init; }

    /// <summary>Lower comes first; absent comes last; ties by name.</summary>
    public double? Order { get; init; }

    /// <summary>Absent or blank: all endpoints.</summary>
    public string? Selector { get; init; }

    /// <summary>Of a GlobalNetworkPolicy only.</summary>
    public string? NamespaceSelector { get; init; }

    /// <summary>Absent: Ingress, unless there are egress rules and no ingress rules; both if there are both.</summary>
    public ValueList<PolicyType>? Types { get; init; }

    public ValueList<Rule>? Ingress { get; init; }

    public ValueList<Rule>? Egress { get; init; }

    public bool? ApplyOnForward { get; init; }

    public bool? DoNotTrack { get; init; }

    public bool? PreDNAT { get; init; }
}

[JsonConverter(typeof(JsonStringEnumConverter<PolicyType>))]
public enum PolicyType
{
    Ingress,
    Egress,
}
