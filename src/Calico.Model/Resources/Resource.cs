using System.Text.Json.Serialization;

namespace Calico.Model.Resources;

/// <typeparam name="TSpec">The spec record of the kind, such as <see cref="Specs.NodeSpec"/>.</typeparam>
public sealed record Resource<TSpec>(ResourceKind Kind, Metadata Metadata, TSpec Spec) : IResource
    where TSpec : class
{
    [JsonIgnore]
    public string Name => Metadata.Name;

    public object? Status { get; init; }

    object IResource.Spec => Spec;

    public IResource WithMetadata(Metadata metadata) => this with { Metadata = metadata };

    public IResource WithStatus(object? status) => this with { Status = status };

    public override string ToString() => Kind.Identify(Metadata.Namespace, Metadata.Name);
}
