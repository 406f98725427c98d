using System.Runtime.InteropServices;
using Calico.Bgp.Attributes;
using Calico.Bgp.Values;

namespace Calico.Bgp.Routes;

/// <summary>All that is known of one prefix: what each source says of it, and what was chosen. An item of one large array, changed in place.</summary>
[StructLayout(LayoutKind.Auto)]
internal struct RibEntry
{
    public Prefix Prefix;

    /// <summary>Valid if <see cref="PathCount"/> is not zero; most prefixes have but one path.</summary>
    public RibPath First;

    /// <summary>The paths after the first; may have room for more.</summary>
    public RibPath[]? Others;

    public int PathCount;

    /// <summary>No source if there is no path that can be used.</summary>
    public Choice Best;

    /// <summary>The best path first, then those as good as it up to the arbitrary tie-breaks: over all of them traffic may be spread. Null if the best is alone.</summary>
    public Choice[]? Multipath;

    /// <summary>What the speaker's user was told last; kept by the <see cref="RouteFeed"/>.</summary>
    public BestRoute? Offered;

    /// <summary>How many need the entry though it may have no path; kept by the RIB.</summary>
    public int Holders;

    /// <summary>Waits for a decision; kept by the RIB.</summary>
    public bool IsUndecided;

    /// <summary>By its number, from 0.</summary>
    public readonly RibPath Path(int number) => number == 0 || Others is null ? First : Others[number - 1];
}

/// <summary>One source's word on a prefix; with add-path (RFC 7911) one of several.</summary>
/// <param name="Received">As the peer sent it (Adj-RIB-In), so that another policy can be applied without asking the peer again.</param>
/// <param name="Usable">After import; null if the policy or a loop forbids it.</param>
/// <param name="IsStale">Kept from before the peer went away (RFC 4724).</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct RibPath(RouteSource Source, PathAttributes Received, PathAttributes? Usable, bool IsStale = false)
{
    /// <summary>The peer's number for it (RFC 7911 §3); 0 without add-path.</summary>
    public uint Id { get; init; }
}

/// <summary>A path as it was chosen: it stays what it was while the paths change.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Choice(RouteSource? Source, PathAttributes? Attributes, uint Id)
{
    public bool Exists => Source is not null;

    public bool Is(in Choice other) => ReferenceEquals(Source, other.Source) && Id == other.Id && SameAttributes(other);

    public bool Is(in RibPath path) => ReferenceEquals(Source, path.Source) && Id == path.Id;

    private bool SameAttributes(in Choice other) =>
        ReferenceEquals(Attributes, other.Attributes) || (Attributes is not null && Attributes.Equals(other.Attributes));
}
