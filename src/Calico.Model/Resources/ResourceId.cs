namespace Calico.Model.Resources;

/// <summary>Names one resource: its kind, its namespace (null of a global kind) and its name.</summary>
public readonly record struct ResourceId(ResourceKind Kind, string? Namespace, string Name)
{
    public static ResourceId Of(IResource resource) => new(resource.Kind, resource.Metadata.Namespace, resource.Metadata.Name);

    /// <summary>As messages name it: <c>Node(vms100)</c>, <c>NetworkPolicy(default/web)</c>.</summary>
    public override string ToString() => Kind.Identify(Namespace, Name);
}
