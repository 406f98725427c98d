namespace Calico.Model.Resources.Specs;

/// <summary>About the cluster as a whole; the only resource is named <c>default</c>.</summary>
public sealed record ClusterInformationSpec
{
    /// <summary>32 hex digits, made once.</summary>
    public string? ClusterGUID { get; init; }

    public string? ClusterType { get; init; }

    public string? CalicoVersion { get; init; }

    public bool? DatastoreReady { get; init; }
}
