namespace Calico.Dataplane;

/// <summary>What separates what a kernel table holds from what it is to hold.</summary>
/// <param name="Remove">Entries that are there and not wanted, as they are there.</param>
/// <param name="Put">Entries that are wanted and are missing or differ.</param>
internal sealed record Plan<TKey, TValue>(IReadOnlyDictionary<TKey, TValue> Remove, IReadOnlyDictionary<TKey, TValue> Put)
    where TKey : notnull
{
    public bool IsEmpty => Remove.Count == 0 && Put.Count == 0;
}

internal static class Plan
{
    /// <param name="actual">What the table holds of ours.</param>
    /// <param name="desired">What it is to hold.</param>
    /// <param name="mayRemove">Says of an entry that is not wanted whether it may go yet; null: all may.</param>
    public static Plan<TKey, TValue> Between<TKey, TValue>(
        IReadOnlyDictionary<TKey, TValue> actual,
        IReadOnlyDictionary<TKey, TValue> desired,
        Func<TValue, bool>? mayRemove = null)
        where TKey : notnull =>
        new(
            actual.Where(entry => !desired.ContainsKey(entry.Key) && (mayRemove is null || mayRemove(entry.Value))).ToDictionary(),
            desired.Where(entry => !actual.TryGetValue(entry.Key, out var there) || !Equals(there, entry.Value)).ToDictionary());

    /// <summary>As <see cref="Between"/>, of entries that are no more than their keys.</summary>
    /// <param name="actual">What is there of ours.</param>
    /// <param name="desired">What is to be there.</param>
    public static Plan<TKey, bool> BetweenKeys<TKey>(IReadOnlySet<TKey> actual, IReadOnlySet<TKey> desired)
        where TKey : notnull =>
        new(
            actual.Where(key => !desired.Contains(key)).ToDictionary(key => key, _ => true),
            desired.Where(key => !actual.Contains(key)).ToDictionary(key => key, _ => true));
}
