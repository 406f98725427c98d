using Calico.Model.Resources;

namespace Calico.Datastore.Resources;

/// <summary>How a write of a resource ended.</summary>
/// <typeparam name="T">The resource.</typeparam>
/// <param name="Status">How it ended.</param>
/// <param name="Resource">Done: as it is stored now (of a deletion: as it was). Otherwise: what the store holds, or null if nothing.</param>
/// <param name="Message">Empty if done; otherwise in Calico's words, for the user.</param>
public sealed record ResourceOutcome<T>(WriteStatus Status, T? Resource, string Message)
    where T : class, IResource
{
    public bool IsDone => Status == WriteStatus.Done;

    /// <summary>The resource as it is stored now.</summary>
    /// <exception cref="ResourceException">The write was not done.</exception>
    public T OrThrow() => IsDone && Resource is not null ? Resource : throw new ResourceException(Status, Message);
}

public enum WriteStatus
{
    Done,
    NotFound,
    AlreadyExists,

    /// <summary>Somebody else changed it since the given resourceVersion.</summary>
    Conflict,

    /// <summary>The resource itself cannot be stored as it is.</summary>
    Invalid,
}

/// <summary>A write that its caller could not go on without was not done.</summary>
public sealed class ResourceException(WriteStatus status, string message) : DatastoreException(message)
{
    public WriteStatus Status => status;
}
