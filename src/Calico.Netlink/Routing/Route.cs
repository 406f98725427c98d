using System.Net;
using System.Net.Sockets;

namespace Calico.Netlink.Routing;

/// <summary>A route as it is wanted and as the kernel has it: what is put and then listed is equal.</summary>
/// <remarks>The order of <see cref="NextHops"/> does not matter to equality, as it does not to the kernel.</remarks>
public sealed record Route
{
    public const uint MainTable = 254;

    private readonly RouteScope? _scope;

    public required IPNetwork Destination { get; init; }

    public RouteKind Kind { get; init; } = RouteKind.Unicast;

    /// <summary>None for a blackhole and its like, one for most, several for equal-cost paths.</summary>
    public IReadOnlyList<NextHop> NextHops { get; init; } = [];

    public byte Protocol { get; init; } = RouteProtocols.Boot;

    public uint Table { get; init; } = MainTable;

    /// <summary>The lower wins among routes to one destination. 0 is the family's own: 0 in IPv4, 1024 in IPv6.</summary>
    public uint Metric { get; init; }

    /// <summary>The source that this host's own packets take.</summary>
    public IPAddress? PreferredSource { get; init; }

    /// <summary>Left alone, it follows from the rest, as with <c>ip route</c>. IPv6 knows only one.</summary>
    public RouteScope Scope
    {
        get => IsIPv4 ? _scope ?? NaturalScope : RouteScope.Universe;
        init => _scope = value;
    }

    internal bool IsIPv4 => Destination.BaseAddress.AddressFamily == AddressFamily.InterNetwork;

    private RouteScope NaturalScope => Kind switch
    {
        RouteKind.Local => RouteScope.Host,
        RouteKind.Broadcast or RouteKind.Multicast or RouteKind.Anycast => RouteScope.Link,
        RouteKind.Unicast when IsDirect => RouteScope.Link,
        _ => RouteScope.Universe,
    };

    private bool IsDirect
    {
        get
        {
            for (var i = 0; i < NextHops.Count; i++)
            {
                if (NextHops[i].Gateway is not null)
                    return false;
            }

            return true;
        }
    }

    /// <summary>Through a router.</summary>
    public static Route Via(IPNetwork destination, IPAddress gateway, int link, bool isOnLink = false) =>
        new() { Destination = destination, NextHops = [new NextHop(link, gateway, isOnLink)] };

    /// <summary>Straight out of a link, as to a container.</summary>
    public static Route Direct(IPNetwork destination, int link) => new() { Destination = destination, NextHops = [new NextHop(link)] };

    /// <summary>Drops what no longer route takes: for a block of addresses, those that no container has.</summary>
    public static Route Blackhole(IPNetwork destination) => new() { Destination = destination, Kind = RouteKind.Blackhole };

    public bool Equals(Route? other) =>
        other is not null
        && Destination == other.Destination
        && (Kind, Protocol, Table, Metric, Scope) == (other.Kind, other.Protocol, other.Table, other.Metric, other.Scope)
        && Equals(PreferredSource, other.PreferredSource)
        && NextHops.Count == other.NextHops.Count
        && NextHops.All(other.NextHops.Contains);

    public override int GetHashCode() => HashCode.Combine(Destination, Kind, Protocol, Table, Metric, NextHops.Count);

    public override string ToString()
    {
        var kind = Kind == RouteKind.Unicast ? "" : Kind.ToString().ToLowerInvariant() + " ";
        return $"{kind}{Destination}{string.Concat(NextHops.Select(hop => $" {hop}"))} proto {Protocol} table {Table} metric {Metric}";
    }
}
