namespace Calico.Model.Resources.Specs;

/// <summary>The addresses and ports behind a Kubernetes service.</summary>
public sealed record ServiceMatch
{
    public string? Name { get; init; }

    public string? Namespace { get; init; }
}
