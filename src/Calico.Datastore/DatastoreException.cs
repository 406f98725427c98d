namespace Calico.Datastore;

/// <summary>The store could not be reached, did not answer in time, or refused; the message says which endpoint and what to do.</summary>
public class DatastoreException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>A watch was asked for changes that the store no longer keeps.</summary>
/// <param name="oldest">The oldest revision that can still be watched from.</param>
public sealed class CompactedException(long oldest) : DatastoreException($"changes before revision {oldest} are no longer kept")
{
    public long Oldest => oldest;
}
