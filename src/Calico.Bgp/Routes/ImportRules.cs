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

    public uint PeerAs { get; init; }

    /// <summary>Ours to an external peer, if it was given one.</summary>
    public BgpRole? Role { get; init; }

    /// <summary>As <see cref="SpeakerOptions.NextHopInterface"/>.</summary>
    public Func<IPAddress, string?>? InterfaceOf { get; init; }

    /// <summary>The part of the judgement that is the same for all prefixes that share the attributes.</summary>
    public bool Admits(PathAttributes received) =>
        received.AsPath.CountOf(LocalAs) <= AllowOwnAs
        && !RouterId.Equals(received.OriginatorId)
        && !(received.ClusterList.Count > 0 && received.ClusterList.Contains(ClusterId))
        && !received.NextHop.Equals(LocalAddress)
        && !IsLeak(received);

    /// <summary>The part that depends on the prefix.</summary>
    public PolicyVerdict Judge(in Prefix prefix, PathAttributes received, RouteSource source) =>
        Policy.Judge(new(prefix, received, source, PeerIsInternal, InterfaceOf));

    /// <summary>Whether <see cref="Change"/> makes another route of it even where the policy changes nothing.</summary>
    public bool Marks(PathAttributes received) =>
        Role is BgpRole.Customer or BgpRole.Peer or BgpRole.RouteServerClient && received.OnlyToCustomer is null;

    /// <summary>What we go by: as the policy wants it, and from now on for customers only if it came from above or from beside (RFC 9234 §5).</summary>
    public PathAttributes Change(PathAttributes received, ulong changes)
    {
        var changed = changes == 0 ? received : Policy.Change(received, changes);
        return Marks(received) ? changed with { OnlyToCustomer = PeerAs } : changed;
    }

    /// <summary>RFC 9234 §5: a customer passes on what was for it alone, or a peer what it did not itself mark.</summary>
    private bool IsLeak(PathAttributes received) => received.OnlyToCustomer is { } provider && Role switch
    {
        BgpRole.Provider or BgpRole.RouteServer => true,
        BgpRole.Peer => provider != PeerAs,
        _ => false,
    };
}
