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
    /// <summary>So often may our AS stand in the path of a route that is no loop.</summary>
    public int AllowOwnAs { get; init; }

    public bool PeerIsInternal { get; init; }

    /// <summary>The part of the judgement that is the same for all prefixes that share the attributes.</summary>
    public bool Admits(PathAttributes received) =>
        received.AsPath.CountOf(LocalAs) <= AllowOwnAs
        && !RouterId.Equals(received.OriginatorId)
        && !(received.ClusterList.Count > 0 && received.ClusterList.Contains(ClusterId))
        && !received.NextHop.Equals(LocalAddress);

    /// <summary>The part that depends on the prefix.</summary>
    public PolicyVerdict Judge(in Prefix prefix, PathAttributes received, RouteSource source) =>
        Policy.Judge(new(prefix, received, source, PeerIsInternal));
}
