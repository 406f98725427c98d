using System.Net;
using Calico.Bgp.Values;

namespace Calico.Bgp;

/// <summary>The route to a prefix is now this, or there is none any more.</summary>
/// <remarks>The latest word on the prefix: changes that the reader was too slow for are merged into one.</remarks>
public sealed record RouteChange(IPNetwork Prefix, BestRoute? Route)
{
    /// <summary>Stands for the prefix from its first route until its end has been read. Small: a user's table can be an array.</summary>
    public int Number { get; init; }
}

/// <summary>What the decision process chose for a prefix.</summary>
/// <param name="NextHops">The best path's next hop first, then those of paths that are equally good (multipath).</param>
/// <param name="Peer">The name of the peer that the best path came from.</param>
/// <param name="LocalPreference">Of the best path; 100 where it carries none.</param>
public sealed record BestRoute(ValueArray<IPAddress> NextHops, string Peer, uint LocalPreference);
