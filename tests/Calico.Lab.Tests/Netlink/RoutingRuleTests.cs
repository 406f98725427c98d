using System.Net;
using System.Net.Sockets;
using Calico.Netlink.Routing;

namespace Calico.Lab.Tests.Netlink;

public sealed class RoutingRuleTests
{
    [Theory]
    [InlineData(AddressFamily.InterNetwork, "-4")]
    [InlineData(AddressFamily.InterNetworkV6, "-6")]
    public void A_rule_by_mark_is_put_listed_and_removed_as_iproute2_sees_it(AddressFamily family, string option)
    {
        using var host = new FreshNamespace();
        var rule = new RoutingRule(family, Priority: 99, Mark: 0x20000, Mask: 0x20000, Table: 827664, RouteProtocols.Bird);
        var loopback = host.Route.Links.Find("lo")?.Index ?? 0;
        var route = new Route
        {
            Destination = new IPNetwork(family == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0),
            Kind = RouteKind.Local,
            NextHops = [new NextHop(loopback)],
            Table = 827664,
        };
        host.Ip("link set lo up");

        Assert.True(host.Route.Rules.Add(rule));
        Assert.False(host.Route.Rules.Add(rule));
        host.Route.Routes.Put(route);

        Assert.Equal([rule], host.Route.Rules.List());
        Assert.Contains("99: from all fwmark 0x20000/0x20000 lookup 827664 proto bird", host.Ip($"{option} rule"));
        Assert.Contains("local default dev lo", host.Ip($"{option} route show table 827664"));
        Assert.True(host.Route.Rules.Delete(rule));
        Assert.False(host.Route.Rules.Delete(rule));
        Assert.Empty(host.Route.Rules.List());
        Assert.All(host.Route.Routes.List(new RouteFilter { Table = 827664 }), found => Assert.True(host.Route.Routes.Delete(found)));
        Assert.Empty(host.Route.Routes.List(new RouteFilter { Table = 827664 }));
    }
}
