namespace Calico.Datastore;

/// <summary>Works out what was there at an earlier revision from what is there now and the changes that are still kept.</summary>
/// <remarks>
/// The changes of a key may begin after the revision: then it was made after it, or what it was before is no longer kept. Which of them,
/// can be told only while no change at all has been given up.
/// </remarks>
internal sealed class PastListing
{
    private readonly string _prefix;
    private readonly long _revision;
    private readonly long _compacted;
    private readonly SortedDictionary<string, StoredValue?> _then = new(StringComparer.Ordinal);
    private readonly HashSet<string> _changedSince = [];

    /// <exception cref="DatastoreException">There is no such revision, or it is no longer kept.</exception>
    public PastListing(string prefix, long revision, long newest, long compacted)
    {
        (_prefix, _revision, _compacted) = (prefix, revision, compacted);
        if (revision > newest)
            throw new DatastoreException($"there is no revision {revision} yet: the newest is {newest}");
        if (revision < compacted)
            throw new CompactedException(compacted);
    }

    /// <summary>One change that is kept, in the order of their revisions; a null value: the key went.</summary>
    public void Change(string key, byte[]? value, long revision)
    {
        if (!key.StartsWith(_prefix, StringComparison.Ordinal))
            return;

        if (revision > _revision)
            _changedSince.Add(key);
        else
            _then[key] = value is null ? null : new(key, value, revision);
    }

    /// <param name="now">What is there now.</param>
    /// <exception cref="CompactedException">What a key was then is no longer kept.</exception>
    public Listing Make(IEnumerable<StoredValue> now)
    {
        foreach (var stored in now.Where(stored => stored.Revision <= _revision))
            _then.TryAdd(stored.Key, stored);
        if (_compacted > 0 && _changedSince.Any(key => !_then.ContainsKey(key)))
            throw new CompactedException(_compacted);

        return new([.. _then.Values.OfType<StoredValue>()], _revision);
    }
}
