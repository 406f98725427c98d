using System.Collections.Immutable;
using System.Net;
using Calico.Model.Resources.Specs;
using Calico.Model.Values;

namespace Calico.Model.Hosts;

/// <summary>What one host's BGP speaker must do, as the calculation graph works it out.</summary>
/// <remarks>Null in place of a state means that the node's own resource is not known yet: do nothing.</remarks>
public sealed record BgpState
{
    public required AsNumber LocalAs { get; init; }

    public required IPAddress RouterId { get; init; }

    public required ushort ListenPort { get; init; }

    /// <summary>Where to listen; empty: on all addresses.</summary>
    public ValueList<IPAddress> ListenOn { get; init; } = [];

    /// <summary>Communities for what is announced of a prefix and inside it.</summary>
    public ValueList<BgpAdvertisement> Advertisements { get; init; } = [];

    /// <summary>The dotted-quad cluster id if this node is a route reflector.</summary>
    public IPAddress? ClusterId { get; init; }

    /// <summary>By <see cref="BgpPeering.Name"/>.</summary>
    public ImmutableDictionary<string, BgpPeering> Peers { get; init; } = ImmutableDictionary<string, BgpPeering>.Empty;

    /// <summary>One prefix per local block, and a host prefix for each local address that lies in another host's block.</summary>
    public ImmutableHashSet<IPNetwork> Originated { get; init; } = [];
}

public sealed record BgpPeering
{
    /// <summary>As BIRD's protocols are named: <c>Mesh_192_168_26_101</c>, <c>Node_…</c>, <c>Global_…</c>.</summary>
    public required string Name { get; init; }

    public required BgpPeeringType Type { get; init; }

    public required IPAddress Address { get; init; }

    public ushort Port { get; init; } = 179;

    public required AsNumber As { get; init; }

    public required AsNumber LocalAs { get; init; }

    /// <summary>The source of our connection: the node's address of the peer's family; null: the kernel chooses.</summary>
    public required IPAddress? LocalAddress { get; init; }

    /// <summary>Between two of our nodes one side waits for the other's connection, so that none collide.</summary>
    public bool Passive { get; init; }

    public bool RouteReflectorClient { get; init; }

    public BgpNextHopMode NextHop { get; init; }

    /// <summary>Where the password is to be found; null: there is none.</summary>
    public SecretKeyReference? Password { get; init; }

    /// <summary>How long the peer may wait for this node to come back.</summary>
    public TimeSpan? MaxRestartTime { get; init; }

    public TimeSpan? KeepaliveTime { get; init; }

    /// <summary>So often our AS may stand in the path of a route from the peer.</summary>
    public int AllowedLocalAs { get; init; }

    /// <summary>The peer is at most so many hops away; null: it may be anywhere.</summary>
    public int? TtlSecurity { get; init; }

    /// <summary>The gateway by which the peer is reached; null: as the kernel's routes say.</summary>
    public IPAddress? ReachableBy { get; init; }

    /// <summary>In the order in which they are asked.</summary>
    public ValueList<BgpFilter> Filters { get; init; } = [];

    public BgpBfdSpec? Bfd { get; init; }

    public int? MaxPrefixes { get; init; }
}

public sealed record BgpFilter(string Name, BgpFilterSpec Spec);

public sealed record BgpAdvertisement(IPNetwork Cidr, ValueList<CommunityValue> Communities);

public enum BgpPeeringType
{
    Mesh,
    Node,
    Global,
}
