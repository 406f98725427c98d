namespace Calico.Netlink.Routing;

/// <summary>What happens to a packet that a route matches (RTN_*).</summary>
public enum RouteKind : byte
{
    Unicast = 1,
    Local = 2,
    Broadcast = 3,
    Anycast = 4,
    Multicast = 5,

    /// <summary>Dropped without a word.</summary>
    Blackhole = 6,
    Unreachable = 7,
    Prohibit = 8,
    Throw = 9,
}
