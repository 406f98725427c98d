using System.Net;
using Calico.Netlink.Nftables.Expressions;

namespace Calico.Netlink.Nftables;

/// <summary>An element of a set or map.</summary>
/// <remarks>What its counter has counted and when it expires do not matter to equality: what is added and then listed is equal.</remarks>
public sealed record Element
{
    public required NftValue Key { get; init; }

    /// <summary>The last of a range that starts with <see cref="Key"/>; null for a single key.</summary>
    public NftValue? KeyEnd { get; init; }

    /// <summary>What a map leads to; null in a plain set and in a verdict map.</summary>
    public NftValue? Value { get; init; }

    /// <summary>What a verdict map says.</summary>
    public Verdict? Verdict { get; init; }

    public TimeSpan? Timeout { get; init; }

    /// <summary>At most 253 bytes.</summary>
    public string? Comment { get; init; }

    /// <summary>Listed: what is left of <see cref="Timeout"/>.</summary>
    public TimeSpan? ExpiresIn { get; init; }

    /// <summary>Listed: what it has counted, where the set has counters.</summary>
    public Counter? Counter { get; init; }

    public static Element Of(NftValue key) => new() { Key = key };

    /// <summary>All from one key to another, both included.</summary>
    public static Element Range(NftValue first, NftValue last) => new() { Key = first, KeyEnd = first == last ? null : last };

    /// <summary>All addresses of a prefix.</summary>
    public static Element Prefix(IPNetwork prefix) => Range(NftValue.Address(prefix.BaseAddress), NftValue.Address(LastOf(prefix)));

    public bool Equals(Element? other) =>
        other is not null
        && Key == other.Key
        && KeyEnd == other.KeyEnd
        && Value == other.Value
        && Equals(Verdict, other.Verdict)
        && Timeout == other.Timeout
        && Comment == other.Comment;

    public override int GetHashCode() => HashCode.Combine(Key, KeyEnd, Value, Verdict);

    public override string ToString()
    {
        var data = Verdict is { } verdict ? $" : {verdict}" : Value is { } value ? $" : {value}" : "";
        return $"{Key}{(KeyEnd is { } end ? $"-{end}" : "")}{data}";
    }

    private static IPAddress LastOf(IPNetwork prefix)
    {
        var bytes = prefix.BaseAddress.GetAddressBytes();
        for (var bit = prefix.PrefixLength; bit < bytes.Length * 8; bit++)
            bytes[bit / 8] |= (byte)(0x80 >> (bit % 8));

        return new IPAddress(bytes);
    }
}
