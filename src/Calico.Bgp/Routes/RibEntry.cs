using Calico.Bgp.Attributes;
using Calico.Bgp.Values;

namespace Calico.Bgp.Routes;

/// <summary>All that is known of one prefix: what each source says of it, and what was chosen.</summary>
internal sealed class RibEntry(Prefix prefix)
{
    public Prefix Prefix { get; } = prefix;

    /// <summary>At most one a source, in no order that matters. Never changed, only replaced: the choice may share it.</summary>
    public RibPath[] Paths { get; set; } = [];

    /// <summary>Null if there is no path that can be used.</summary>
    public RibPath? Best { get; set; }

    /// <summary>The best path and those as good as it up to the arbitrary tie-breaks: over all of them traffic may be spread.</summary>
    public RibPath[] Multipath { get; set; } = [];

    /// <summary>What the speaker's user was told last; kept by the <see cref="RouteFeed"/>.</summary>
    public BestRoute? Offered { get; set; }

    /// <summary>Waits for a decision; kept by the RIB.</summary>
    public bool IsUndecided { get; set; }
}

/// <summary>One source's word on a prefix.</summary>
/// <param name="Received">As the peer sent it (Adj-RIB-In), so that another policy can be applied without asking the peer again.</param>
/// <param name="Usable">After import; null if the policy or a loop forbids it.</param>
/// <param name="IsStale">Kept from before the peer went away (RFC 4724).</param>
internal sealed record RibPath(RouteSource Source, PathAttributes Received, PathAttributes? Usable, bool IsStale = false);
