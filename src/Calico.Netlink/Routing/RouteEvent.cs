namespace Calico.Netlink.Routing;

/// <summary>A change in a namespace, whoever made it.</summary>
public abstract record RouteEvent
{
    private RouteEvent()
    {
    }

    /// <summary>A link is new or changed.</summary>
    public sealed record LinkChanged(Link Link) : RouteEvent;

    public sealed record LinkRemoved(Link Link) : RouteEvent;

    public sealed record AddressChanged(LinkAddress Address) : RouteEvent;

    public sealed record AddressRemoved(LinkAddress Address) : RouteEvent;

    public sealed record RouteChanged(Route Route) : RouteEvent;

    /// <summary>Not sent for IPv4 routes that go because their link goes down or away: watch links too.</summary>
    public sealed record RouteRemoved(Route Route) : RouteEvent;

    public sealed record NeighbourChanged(Neighbour Neighbour) : RouteEvent;

    public sealed record NeighbourRemoved(Neighbour Neighbour) : RouteEvent;

    /// <summary>Changes came faster than they were read and some are lost: list again.</summary>
    public sealed record Overflow : RouteEvent;
}
