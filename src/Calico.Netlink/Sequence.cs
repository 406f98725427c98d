using System.Collections;
using System.Runtime.CompilerServices;

namespace Calico.Netlink;

/// <summary>An immutable list that is equal to another with equal items in the same order, so that records that hold it compare by value.</summary>
[CollectionBuilder(typeof(Sequence), nameof(Sequence.Create))]
public readonly struct Sequence<T> : IReadOnlyList<T>, IEquatable<Sequence<T>>
{
    private readonly T[]? _items;

    internal Sequence(T[] items) => _items = items;

    public int Count => Items.Length;

    public ReadOnlySpan<T> Span => Items;

    private T[] Items => _items ?? [];

    public T this[int index] => Items[index];

    public bool Equals(Sequence<T> other) => Items.AsSpan().SequenceEqual(other.Items, EqualityComparer<T>.Default);

    public override bool Equals(object? obj) => obj is Sequence<T> other && Equals(other);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var item in Items)
            hash.Add(item);

        return hash.ToHashCode();
    }

    public override string ToString() => string.Join(' ', Items);

    public IEnumerator<T> GetEnumerator() => ((IEnumerable<T>)Items).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => Items.GetEnumerator();

    public static bool operator ==(Sequence<T> left, Sequence<T> right) => left.Equals(right);

    public static bool operator !=(Sequence<T> left, Sequence<T> right) => !left.Equals(right);
}

/// <summary>Makes a <see cref="Sequence{T}"/> of a collection expression.</summary>
public static class Sequence
{
    public static Sequence<T> Create<T>(ReadOnlySpan<T> items) => new(items.ToArray());
}
