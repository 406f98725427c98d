using System.Net;
using System.Net.Sockets;
using Calico.Dataplane.Firewall;
using Calico.Netlink;
using Calico.Netlink.Routing;

namespace Calico.Dataplane.Routes;

/// <summary>Delivers captured packets to this host, whatever their address: a rule by their mark, and a table with one local route.</summary>
internal sealed class CaptureRouting(RouteSocket socket, LinkMap links)
{
    /// <summary>Of the table and of the rule: numbers that nobody else is likely to use.</summary>
    private const uint Table = 0xCA110, Priority = 99, Mark = (uint)PacketMark.Captured;

    private const string Loopback = "lo";

    private bool? _done; // what was wanted and is done; null: not known

    /// <summary>What could not be done in the last round, in words.</summary>
    public IReadOnlyList<string> Problems { get; private set; } = [];

    public void Distrust() => _done = null;

    /// <param name="isWanted">Packets are captured on this host.</param>
    public void Reconcile(bool isWanted)
    {
        if (_done == isWanted)
            return;

        Problems = [];
        if (isWanted)
            Put();
        else
            Remove();
        _done = Problems.Count == 0 ? isWanted : null;
    }

    /// <summary>Removes the rules; without them the table is asked by nobody, and its routes go as well.</summary>
    /// <exception cref="NetlinkException">The kernel refuses.</exception>
    public void Remove()
    {
        foreach (var rule in socket.Rules.List().Where(rule => rule is { Mask: Mark, Table: Table }))
            socket.Rules.Delete(rule);
        foreach (var route in socket.Routes.List(new RouteFilter { Table = Table }))
            socket.Routes.Delete(route);
    }

    private void Put()
    {
        var there = socket.Rules.List();
        foreach (var family in new[] { AddressFamily.InterNetwork, AddressFamily.InterNetworkV6 })
        {
            try
            {
                if (links.Find(Loopback) is not { IsUp: true } loopback)
                    throw new NetlinkException("route queries for names to this host", Errno.ENETDOWN, "its loopback is down");

                var everything = new IPNetwork(family == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0);
                socket.Routes.Put(new Route { Destination = everything, Kind = RouteKind.Local, NextHops = [new NextHop(loopback.Index)], Table = Table });
                var rule = new RoutingRule(family, Priority, Mark, Mark, Table, RouteProtocols.Bird);
                if (!there.Contains(rule))
                    socket.Rules.Add(rule);
            }
            catch (NetlinkException e) when (family == AddressFamily.InterNetworkV6 && e.Errno is Errno.EAFNOSUPPORT or Errno.EOPNOTSUPP)
            {
                // a kernel without IPv6
            }
            catch (NetlinkException e)
            {
                Problems = [.. Problems, e.Message];
            }
        }
    }
}
