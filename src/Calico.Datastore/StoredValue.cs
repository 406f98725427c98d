namespace Calico.Datastore;

/// <param name="Revision">Of the commit that last wrote the key.</param>
public sealed record StoredValue(string Key, ReadOnlyMemory<byte> Value, long Revision);

/// <param name="Items">In order of their keys.</param>
/// <param name="Revision">Of the store as a whole: watch after it to miss nothing.</param>
public sealed record Listing(IReadOnlyList<StoredValue> Items, long Revision);

/// <param name="Key">The key.</param>
/// <param name="Value">Null: deleted.</param>
/// <param name="Revision">Of the commit that made the change.</param>
public sealed record StoreEvent(string Key, StoredValue? Value, long Revision);
