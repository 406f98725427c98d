namespace Calico.Datastore.Resources;

/// <summary>A value of the store that cannot be read. Lists pass over it; it is never deleted on that account.</summary>
public sealed class UnreadableException(string key, Exception inner)
    : DatastoreException($"the value at {key} cannot be read: {inner.Message}; it was left as it is: replace or delete the resource to mend it", inner)
{
    public string Key => key;

    /// <summary>What is wrong with it.</summary>
    public string Reason => InnerException?.Message ?? Message;
}
