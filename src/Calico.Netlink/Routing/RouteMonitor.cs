using Calico.Netlink.Wire;

namespace Calico.Netlink.Routing;

/// <summary>Hears of every change to links, addresses, routes or neighbours of a namespace.</summary>
/// <remarks>It hears from the moment it is opened: open first, list then, and nothing falls between. One reader at a time.</remarks>
public sealed class RouteMonitor : IDisposable
{
    private readonly Monitoring _monitoring;

    private RouteMonitor(Monitoring monitoring) => _monitoring = monitoring;

    /// <param name="inside">The namespace to listen to; null for that of the calling thread.</param>
    public static RouteMonitor Open(RouteTopics topics, NetworkNamespace? inside = null) =>
        new(new Monitoring(SocketOptions.Open(NetlinkSocket.Route, inside, [.. GroupsOf(topics)])));

    /// <summary>The changes, one by one, until cancelled.</summary>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public IAsyncEnumerable<RouteEvent> ReadAsync(CancellationToken cancellation) =>
        _monitoring.ReadAsync((header, body) => Decode(header.Type, body), new RouteEvent.Overflow(), cancellation);

    public void Dispose() => _monitoring.Dispose();

    internal static RouteEvent? Decode(ushort type, ReadOnlySpan<byte> body) => type switch
    {
        LinkMessage.New => LinkMessage.Decode(type, body) is { } link ? new RouteEvent.LinkChanged(link) : null,
        LinkMessage.Delete => LinkMessage.Decode(type, body) is { } link ? new RouteEvent.LinkRemoved(link) : null,
        AddressMessage.New => AddressMessage.Decode(type, body) is { } address ? new RouteEvent.AddressChanged(address) : null,
        AddressMessage.Delete => AddressMessage.Decode(type, body) is { } address ? new RouteEvent.AddressRemoved(address) : null,
        RouteMessage.New => RouteMessage.Decode(type, body) is { } route ? new RouteEvent.RouteChanged(route) : null,
        RouteMessage.Delete => RouteMessage.Decode(type, body) is { } route ? new RouteEvent.RouteRemoved(route) : null,
        NeighbourMessage.New => NeighbourMessage.Decode(type, body) is { } neighbour ? new RouteEvent.NeighbourChanged(neighbour) : null,
        NeighbourMessage.Delete => NeighbourMessage.Decode(type, body) is { } neighbour ? new RouteEvent.NeighbourRemoved(neighbour) : null,
        _ => null,
    };

    private static IEnumerable<int> GroupsOf(RouteTopics topics)
    {
        // RTNLGRP_*, by topic and family.
        if (topics.HasFlag(RouteTopics.Links))
            yield return 1;

        if (topics.HasFlag(RouteTopics.Neighbours))
            yield return 3;

        foreach (var family in (int[])[0, 4]) // IPv4's groups are 5 and 7, IPv6's 9 and 11
        {
            if (topics.HasFlag(RouteTopics.Addresses))
                yield return 5 + family;

            if (topics.HasFlag(RouteTopics.Routes))
                yield return 7 + family;
        }
    }
}
