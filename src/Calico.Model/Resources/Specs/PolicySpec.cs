using System.Text.Json.Serialization;
using Calico.Model.Values;

namespace Calico.Model.Resources.Specs;

/// <summary>Of NetworkPolicy and GlobalNetworkPolicy, staged or not: ordered rules for the endpoints that the selector matches.</summary>
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

    /// <summary>Of the labels of the service accounts that workloads run as.</summary>
    public string? ServiceAccountSelector { get; init; }

    /// <summary>Absent: Ingress, unless there are egress rules and no ingress rules; both if there are both.</summary>
    public ValueList<PolicyType>? Types { get; init; }

    public ValueList<Rule>? Ingress { get; init; }

    public ValueList<Rule>? Egress { get; init; }

    /// <summary>Of a GlobalNetworkPolicy only, as the next two: at a host endpoint, also for what passes through the host.</summary>
    public bool? ApplyOnForward { get; init; }

    /// <summary>At a host endpoint, before connection tracking.</summary>
    public bool? DoNotTrack { get; init; }

    /// <summary>At a host endpoint, before DNAT; ingress only.</summary>
    public bool? PreDNAT { get; init; }

    /// <summary>Of the staged kinds only. Absent: Set.</summary>
    public StagedAction? StagedAction { get; init; }

    /// <summary>Only <c>AssumeNeededOnEveryNode</c>, which changes nothing here.</summary>
    public ValueList<string>? PerformanceHints { get; init; }
}

/// <summary>What a staged policy stands for: what would happen if it were enforced.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<StagedAction>))]
public enum StagedAction
{
    /// <summary>The policy of the same name would be made or become so.</summary>
    Set,

    /// <summary>The policy of the same name would go; every other field but the tier is empty.</summary>
    Delete,

    /// <summary>As Set.</summary>
    Learn,

    /// <summary>Nothing; it waits.</summary>
    Ignore,
}

[JsonConverter(typeof(JsonStringEnumConverter<PolicyType>))]
public enum PolicyType
{
    Ingress,
    Egress,
}
