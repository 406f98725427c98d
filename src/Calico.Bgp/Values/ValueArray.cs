using System.Collections;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Calico.Bgp.Values;

/// <summary>An immutable array that equals another with equal elements in the same order, so that records holding it compare by value.</summary>
[CollectionBuilder(typeof(ValueArray), nameof(ValueArray.Create))]
[StructLayout(LayoutKind.Auto)]
public readonly struct ValueArray<T> : IReadOnlyList<T>, IEquatable<ValueArray<T>>
{
    private readonly T[]? _items; // null if there are none

    internal ValueArray(T[] items) => _items = items.Length == 0 ? null : items;

    public static ValueArray<T> Empty => default;

    public int Count => _items?.Length ?? 0;

    public T this[int index] => AsSpan()[index];

    public ReadOnlySpan<T> AsSpan() => _items;

    public bool Contains(T item) => _items is not null && Array.IndexOf(_items, item) >= 0;

    public bool Equals(ValueArray<T> other) => _items == other._items || AsSpan().SequenceEqual(other._items);

    public override bool Equals(object? obj) => obj is ValueArray<T> other && Equals(other);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var item in AsSpan())
            hash.Add(item);
        return hash.ToHashCode();
    }

    public IEnumerator<T> GetEnumerator() => ((IEnumerable<T>)(_items ?? [])).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public override string ToString() => $"[{string.Join(", ", _items ?? [])}]";

    public static bool operator ==(ValueArray<T> left, ValueArray<T> right) => left.Equals(right);

    public static bool operator !=(ValueArray<T> left, ValueArray<T> right) => !left.Equals(right);
}

public static class ValueArray
{
    public static ValueArray<T> Create<T>(ReadOnlySpan<T> items) => new(items.ToArray());

    public static ValueArray<T> ToValueArray<T>(this IEnumerable<T> items) => new([.. items]);
}
