namespace Calico.Netlink.Nftables;

/// <summary>A set, or a map where it has a value.</summary>
public sealed record Set
{
    public required Table Table { get; init; }

    public required string Name { get; init; }

    /// <summary>One type, or several for a concatenated key.</summary>
    public required Sequence<DataType> Key { get; init; }

    /// <summary>What a map leads to; <see cref="DataType.Verdict"/> for a verdict map; null for a plain set.</summary>
    public DataType? Value { get; init; }

    /// <summary>Elements may be ranges. Those of a simple key must not overlap; a change costs time in proportion to the size.</summary>
    public bool IsInterval { get; init; }

    /// <summary>Elements may be given a time to live.</summary>
    public bool HasTimeouts { get; init; }

    /// <summary>Each element counts the packets and bytes that found it.</summary>
    public bool HasCounters { get; init; }

    /// <summary>The most elements that the kernel takes; null sets no limit.</summary>
    public uint? Size { get; init; }

    /// <summary>At most 200 bytes.</summary>
    public string? Comment { get; init; }

    internal bool IsConcatenated => Key.Count > 1;

    /// <summary>Ranges of a simple key are two elements to the kernel: where it starts, and (marked) where it has ended.</summary>
    internal bool SplitsRanges => IsInterval && !IsConcatenated;

    public static Set Create(Table table, string name, params ReadOnlySpan<DataType> key) =>
        new() { Table = table, Name = name, Key = Sequence.Create(key) };

    public static Set Map(Table table, string name, DataType value, params ReadOnlySpan<DataType> key) =>
        new() { Table = table, Name = name, Key = Sequence.Create(key), Value = value };

    public override string ToString() => $"{Table} {Name}";
}
