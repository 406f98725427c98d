using System.Runtime.InteropServices;
using Calico.Bgp.Attributes;
using Calico.Bgp.Values;

namespace Calico.Bgp.Routes;

/// <summary>All that is known of one prefix, as it stands: what each source says of it, and what was chosen. A way to look at the RIB, not a copy.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly struct RibEntry(Rib rib, int number)
{
    public int Number => number;

    public Prefix Prefix => rib.PrefixOf(number);

    public int PathCount => rib.PathCountOf(number);

    /// <summary>Good until the next call of this or of <see cref="Rib.Decide()"/>.</summary>
    public ReadOnlySpan<RibPath> Paths => rib.PathsOf(number);

    /// <summary>No source if there is no path that can be used.</summary>
    public Choice Best => rib.BestOf(number);

    /// <summary>The best path first, then those as good as it up to the arbitrary tie-breaks: over all of them traffic may be spread. Null if the best is alone.</summary>
    public Choice[]? Multipath => rib.MultipathOf(number);
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
