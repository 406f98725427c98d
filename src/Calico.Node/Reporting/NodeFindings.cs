using System.Net;
using Calico.Bgp;
using Calico.Model.Hosts;
using Calico.Netlink.Routing;

namespace Calico.Node.Reporting;

/// <summary>What is found on the node at one moment, for <see cref="NodeReport"/> to be made of.</summary>
internal sealed record NodeFindings
{
    public required string Version { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public required DateTimeOffset Now { get; init; }

    /// <summary>The speaker's identifier, and when it was last configured; null while it does not run.</summary>
    public (IPAddress RouterId, DateTimeOffset ConfiguredAt)? Speaker { get; init; }

    public IReadOnlyList<(PeerSnapshot Session, BgpPeeringType Type)> Peers { get; init; } = [];

    /// <summary>All that the speaker knows.</summary>
    public IReadOnlyList<PathView> Paths { get; init; } = [];

    /// <summary>The kernel's main table.</summary>
    public IReadOnlyList<Route> Kernel { get; init; } = [];

    public IReadOnlyDictionary<int, string> Links { get; init; } = new Dictionary<int, string>();
}
