using Calico.Model.Values;

namespace Calico.Model.Resources.Specs;

/// <summary>Workloads by the Kubernetes service account that they run as; both must hold.</summary>
public sealed record ServiceAccountMatch
{
    /// <summary>Absent or empty: any.</summary>
    public ValueList<string>? Names { get; init; }

    /// <summary>Of the account's own labels.</summary>
    public string? Selector { get; init; }
}
