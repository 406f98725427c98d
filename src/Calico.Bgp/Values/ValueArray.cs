using System.Collections;
using System.Runtime.CompilerServices;

namespace Calico.Bgp.Values;

/// <summary>An immutable array that equals another with equal elements in the same order, so that records holding it compare by value.</summary>
[CollectionBuilder(typeof(ValueArray), nameof(ValueArray.Create))]
public sealed class ValueArray<T> : IReadOnlyList<T>, IEquatable<ValueArray<T>>
{
    private readonly T[] _items;

    internal ValueArray(T[] items) => _items = items;

    public static ValueArray<T> Empty { get; } = new([]);

    public int Count => _items.Length;

    public T this[int index] => _items[index];

    public ReadOnlySpan<T> AsSpan() => _items;

    public bool Equals(ValueArray<T>? other) => other is not null && (ReferenceEquals(this, other) || _items.AsSpan().SequenceEqual(other._items));

    public override bool Equals(object? obj) => Equals(obj as ValueArray<T>);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var item in _items)
            hash.Add(item);
        return hash.ToHashCode();
    }

    public IEnumerator<T> GetEnumerator() => ((IEnumerable<T>)_items).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => _items.GetEnumerator();

    public override string ToString() => $"[{string.Join(", ", _items)}]";
}

public static class ValueArray
{
    public static ValueArray<T> Create<T>(ReadOnlySpan<T> items) => items.IsEmpty ? ValueArray<T>.Empty : new(items.ToArray());

    public static ValueArray<T> ToValueArray<T>(this IEnumerable<T> items)
    {
        T[] array = [.. items];
        return array.Length == 0 ? ValueArray<T>.Empty : new(array);
    }
}
