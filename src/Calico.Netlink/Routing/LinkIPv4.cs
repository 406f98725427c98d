namespace Calico.Netlink.Routing;

/// <summary>A link's IPv4 settings, those of <c>net/ipv4/conf/NAME/</c>; in a change, null leaves one as it is.</summary>
public readonly record struct LinkIPv4
{
    /// <summary>Route packets that come in by it. Needed besides the namespace's own ip_forward.</summary>
    public bool? Forwarding { get; init; }

    /// <summary>Answer ARP for every address that is routed out of another link.</summary>
    public bool? ProxyArp { get; init; }

    /// <summary>Source check: 0 none, 1 strict, 2 loose. The stricter of this and <c>conf/all</c> holds.</summary>
    public int? ReversePathFilter { get; init; }

    /// <summary>Route packets to 127.0.0.0/8 instead of dropping them.</summary>
    public bool? RouteLocalnet { get; init; }
}
