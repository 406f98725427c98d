using System.Net;
using Calico.Bgp.Values;

namespace Calico.Bgp.Routes;

/// <summary>An attribute set as some peers are told of it, ready for the wire. Made once for all routes that share it.</summary>
/// <param name="attributes">The path attributes without MP_REACH_NLRI; null if they are too long for a message, so that nobody can be told.</param>
/// <param name="reach">What stands in MP_REACH_NLRI before the prefixes: family, next hop, the reserved octet. Null where NEXT_HOP says it.</param>
internal sealed class Exported(byte[]? attributes, byte[]? reach)
{
    /// <summary>Stands for something the peer has been told that is to be told again, whatever it was.</summary>
    public static readonly Exported Forgotten = new([], null);

    public byte[]? Attributes { get; } = attributes;

    public byte[]? Reach { get; } = reach;

    /// <summary>Never told to the one that it is the address of.</summary>
    public IPAddress? NextHop { get; init; }

    /// <summary>For whom, of which source and under which changes of the policy it was made: all must be the same for it to be used again.</summary>
    public Exporter? By { get; init; }

    public RouteSource? Source { get; init; }

    /// <summary>Of the source, when it was made.</summary>
    public int SourceVersion { get; init; }

    public Family Family { get; init; }

    public ulong Changes { get; init; }

    /// <summary>Another one that was made of the same set.</summary>
    public Exported? Next { get; init; }

    /// <summary>The batch that is being put together by <see cref="AdjRibOut"/>: its number, and its first and last route in it.</summary>
    public (long Batch, int First, int Last) Pending { get; set; }

    /// <summary>True if a peer that has been told of the other need not be told of this.</summary>
    public bool SaysTheSameAs(Exported? other) =>
        ReferenceEquals(this, other)
        || (other is not null
            && !ReferenceEquals(other, Forgotten)
            && Attributes.AsSpan().SequenceEqual(other.Attributes)
            && Reach.AsSpan().SequenceEqual(other.Reach));
}
