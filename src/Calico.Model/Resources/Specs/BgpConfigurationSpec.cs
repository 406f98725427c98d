using Calico.Model.Values;

namespace Calico.Model.Resources.Specs;

/// <summary>BGP settings of the cluster (name <c>default</c>) or of one node (name <c>node.NAME</c>).</summary>
public sealed record BgpConfigurationSpec
{
    /// <summary>Absent: true. Only on <c>default</c>.</summary>
    public bool? NodeToNodeMeshEnabled { get; init; }

    /// <summary>Absent: 64512. Only on <c>default</c>.</summary>
    public AsNumber? AsNumber { get; init; }

    /// <summary>Absent: 179.</summary>
    public ushort? ListenPort { get; init; }

    public string? LogSeverityScreen { get; init; }
}
