namespace Calico.Datastore;

/// <summary>A put; with a null <paramref name="Value"/> a delete; or a <see cref="Check"/>, which writes nothing.</summary>
/// <param name="Key">The key.</param>
/// <param name="Value">Null: delete.</param>
/// <param name="ExpectedRevision">The key's revision must be this; 0: the key must not exist; null: whatever it is.</param>
public sealed record StoreWrite(string Key, ReadOnlyMemory<byte>? Value, long? ExpectedRevision)
{
    /// <summary>The key is left as it is: only its expectation counts, so that a commit holds only while what it was decided on still stands.</summary>
    public bool IsCheck { get; init; }

    /// <summary>Of a put: the store deletes the key so long after it was last written. Null: it stays; so it does when it is written again without one.</summary>
    /// <remarks>A whole number of seconds is kept to by every store; etcd raises what is shorter than its members need for an election.</remarks>
    public TimeSpan? TimeToLive { get; init; }

    /// <summary>The commit fails unless the key is still at this revision.</summary>
    public static StoreWrite Check(string key, long revision) => new(key, Value: null, revision) { IsCheck = true };

    public static StoreWrite Create(string key, ReadOnlyMemory<byte> value) => new(key, value, 0);

    public static StoreWrite Put(string key, ReadOnlyMemory<byte> value, long? expectedRevision = null) => new(key, value, expectedRevision);

    public static StoreWrite Delete(string key, long? expectedRevision = null) => new(key, Value: null, expectedRevision);

    /// <exception cref="ArgumentException">A key stands in the commit twice, which no store allows.</exception>
    internal static void RefuseDuplicates(IReadOnlyList<StoreWrite> writes)
    {
        if (writes.Select(write => write.Key).Distinct().Count() != writes.Count)
            throw new ArgumentException("a key stands in one commit more than once", nameof(writes));
    }
}
