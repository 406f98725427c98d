namespace Calico.Bgp.Values;

internal static class Dictionaries
{
    /// <summary>Null takes the entry away.</summary>
    public static void Become<TKey, TValue>(this Dictionary<TKey, TValue> entries, TKey key, TValue? value)
        where TKey : notnull
        where TValue : class
    {
        if (value is null)
            entries.Remove(key);
        else
            entries[key] = value;
    }
}
