using System.Net;
using Calico.Bgp.Values;

namespace Calico.Bgp.Attributes;

/// <summary>All that an UPDATE says of its routes besides their prefixes. Equal sets are one object in the RIB.</summary>
internal sealed record PathAttributes
{
    public required Origin Origin { get; init; }

    public AsPath AsPath { get; init; } = AsPath.Empty;

    private Memo _memo; // of no account to equality

    /// <summary>From NEXT_HOP or MP_REACH_NLRI; of a pair of IPv6 addresses (RFC 2545 §3) the global one.</summary>
    public required IPAddress NextHop { get; init; }

    /// <summary>The link-local half of such a pair.</summary>
    public IPAddress? LinkLocalNextHop { get; init; }

    public uint? MultiExitDiscriminator { get; init; }

    public uint? LocalPreference { get; init; }

    public bool AtomicAggregate { get; init; }

    public Aggregator? Aggregator { get; init; }

    public ValueArray<uint> Communities { get; init; } = ValueArray<uint>.Empty;

    public IPAddress? OriginatorId { get; init; }

    public ValueArray<uint> ClusterList { get; init; } = ValueArray<uint>.Empty;

    public ValueArray<ulong> ExtendedCommunities { get; init; } = ValueArray<ulong>.Empty;

    public ValueArray<LargeCommunity> LargeCommunities { get; init; } = ValueArray<LargeCommunity>.Empty;

    /// <summary>RFC 9234 §5: the AS from which on the route goes only downwards, to customers.</summary>
    public uint? OnlyToCustomer { get; init; }

    /// <summary>Optional transitive attributes that are only passed on (RFC 4271 §5), in ascending order of type.</summary>
    public ValueArray<UnknownAttribute> Unknown { get; init; } = ValueArray<UnknownAttribute>.Empty;

    /// <summary>By what mostly differs, and quickly: every UPDATE asks for it.</summary>
    public override int GetHashCode()
    {
        var hash = (uint)NextHop.GetHashCode() ^ (uint)Origin;
        foreach (var segment in AsPath.Segments.AsSpan())
            hash = Mix(hash, segment.Numbers.AsSpan());
        hash = Mix(hash, Communities.AsSpan());
        hash = Mix(hash, ClusterList.AsSpan());
        hash = Mix(hash, [MultiExitDiscriminator ?? 0, LocalPreference ?? 0, (uint)LargeCommunities.Count, (uint)ExtendedCommunities.Count, (uint)Unknown.Count]);
        return (int)Mix(hash, [(uint)(OriginatorId?.GetHashCode() ?? 0)]);
    }

    /// <summary>What the set has been made into for those who are told of it; belongs to the speaker's loop.</summary>
    public Routes.Exported? Exports
    {
        get => ReferenceEquals(_memo.Owner, this) ? _memo.Exports : null;
        set => _memo = new() { Owner = this, Exports = value };
    }

    private static uint Mix(uint hash, ReadOnlySpan<uint> values)
    {
        foreach (var value in values)
            hash = (System.Numerics.BitOperations.RotateLeft(hash, 5) ^ value) * 0x9E3779B1;
        return hash ^ (hash >> 15);
    }

    /// <summary>
    /// What is remembered of this very object. A copy that <c>with</c> makes is another owner, and so remembers nothing; all are equal, so equality of
    /// attribute sets does not see it.
    /// </summary>
    private struct Memo : IEquatable<Memo>
    {
        public PathAttributes? Owner;
        public Routes.Exported? Exports;

        public readonly bool Equals(Memo other) => true;

        public override readonly bool Equals(object? obj) => obj is Memo;

        public override readonly int GetHashCode() => 0;
    }
}

/// <summary>RFC 4271 §5.1.7: who formed the aggregate.</summary>
internal sealed record Aggregator(uint As, IPAddress Identifier);

/// <summary>RFC 8092 §3.</summary>
public sealed record LargeCommunity(uint Global, uint Local1, uint Local2)
{
    public override string ToString() => $"{Global}:{Local1}:{Local2}";
}

internal sealed record UnknownAttribute(AttributeFlags Flags, byte Type, ValueArray<byte> Value);

/// <summary>RFC 1997: communities with a meaning of their own.</summary>
internal static class WellKnownCommunity
{
    public const uint NoExport = 0xffffff01;
    public const uint NoAdvertise = 0xffffff02;
    public const uint NoExportSubconfed = 0xffffff03;

    /// <summary>RFC 9494 §4.2: kept long after its peer went away; any other path is better.</summary>
    public const uint LongLivedStale = 0xffff0006;

    /// <summary>RFC 9494 §4.2: not to be kept so long.</summary>
    public const uint NoLongLived = 0xffff0007;
}
