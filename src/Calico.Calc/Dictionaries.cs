namespace Calico.Calc;

internal static class Dictionaries
{
    /// <summary>Sets the key's value; null removes the key.</summary>
    public static void Become<TKey, TValue>(this Dictionary<TKey, TValue> dictionary, TKey key, TValue? value)
        where TKey : notnull
        where TValue : class
    {
        if (value is null)
            dictionary.Remove(key);
        else
            dictionary[key] = value;
    }
}
