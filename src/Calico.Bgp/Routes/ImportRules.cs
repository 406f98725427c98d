using System.Net;
using Calico.Bgp.Attributes;
using Calico.Bgp.Policy;
using Calico.Bgp.Values;

namespace Calico.Bgp.Routes;

/// <summary>What is made of a route that a peer sends.</summary>
/// <param name="LocalAs">Ours towards the peer: a path that holds it has come round in a loop (RFC 4271 §9.1.2).</param>
/// <param name="RouterId">A route that we ourselves brought in (RFC 4456 §8).</param>
/// <param name="ClusterId">A route that has been through our cluster (RFC 4456 §8).</param>
/// <param name="LocalAddress">Ours on the session: a next hop that it must not be (RFC 4271 §5.1.3).</param>
internal sealed record ImportRules(uint LocalAs, IPAddress RouterId, uint ClusterId, IPAddress? LocalAddress, RoutePolicy Policy)
{
    /// <summary>So often the path may hold our AS all the same.</summary>
    public int AllowOwnAs { get; init; }

    /// <returns>Null if the route must not be used.</returns>
    public PathAttributes? Apply(Prefix prefix, PathAttributes received) =>
        received.AsPath.CountOf(LocalAs) > AllowOwnAs
        || RouterId.Equals(received.OriginatorId)
        || received.ClusterList.Contains(ClusterId)
        || received.NextHop.Equals(LocalAddress)
        || !Policy.Accepts(prefix)
            ? null
            : received;
}
