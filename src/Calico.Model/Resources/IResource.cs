namespace Calico.Model.Resources;

/// <summary>Anything users write or read with calicoctl: a kind, metadata, and a spec of the kind's own.</summary>
public interface IResource
{
    ResourceKind Kind { get; }

    Metadata Metadata { get; }

    object Spec { get; }

    /// <summary>Of the kind's <see cref="ResourceKind.StatusType"/>; null where there is none (yet).</summary>
    object? Status { get; }

    IResource WithMetadata(Metadata metadata);

    IResource WithStatus(object? status);
}
