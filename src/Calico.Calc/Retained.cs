using System.Collections.Immutable;

namespace Calico.Calc;

/// <summary>Turns an old immutable collection into a new one, keeping what is equal: the same content is the same object.</summary>
internal static class Retained
{
    public static ImmutableDictionary<TKey, TValue> Become<TKey, TValue>(
        this ImmutableDictionary<TKey, TValue> old, IReadOnlyDictionary<TKey, TValue> wanted)
        where TKey : notnull
    {
        var builder = old.ToBuilder();
        foreach (var key in old.Keys)
        {
            if (!wanted.ContainsKey(key))
                builder.Remove(key);
        }

        // Setting a key to what equals its value leaves the value, and with no change in all the dictionary, as they are.
        foreach (var (key, value) in wanted)
            builder[key] = value;
        return builder.ToImmutable();
    }

    /// <summary>With some keys' values set or, where null, taken out. A value that equals the one before leaves that one.</summary>
    public static ImmutableDictionary<TKey, TValue> With<TKey, TValue>(
        this ImmutableDictionary<TKey, TValue> old, IEnumerable<KeyValuePair<TKey, TValue?>> changes)
        where TKey : notnull
        where TValue : class
    {
        var builder = old.ToBuilder();
        foreach (var (key, value) in changes)
        {
            if (value is null)
                builder.Remove(key);
            else
                builder[key] = value;
        }

        return builder.ToImmutable();
    }

    public static ImmutableHashSet<T> Become<T>(this ImmutableHashSet<T> old, IReadOnlySet<T> wanted) =>
        old.SetEquals(wanted) ? old : [.. wanted];
}
