using System.Net;
using System.Net.NetworkInformation;
using Calico.Netlink;
using Calico.Netlink.Routing;

namespace Calico.Lab.Tests.Netlink;

public sealed class RouteTests : IDisposable
{
    private static readonly RouteFilter Everything = new() { Table = null };

    private readonly FreshNamespace _host = new();
    private readonly FreshNamespace _other = new();
    private readonly int _eth;
    private readonly int _cali;

    public RouteTests()
    {
        _eth = _host.Wire("eth0", _other, "eth0");
        _cali = _host.Wire("cali0f", _other, "peer");
        foreach (var (address, length) in ((string, int)[])[("192.0.2.1", 24), ("2001:db8::1", 64)])
            Assert.True(_host.Route.Addresses.Add(AddressOn(_eth, address, length)));
    }

    private RouteTable Routes => _host.Route.Routes;

    public static TheoryData<string, string> Families => new() { { "10.65.0.0/26", "192.0.2.7" }, { "fd00:65::/122", "2001:db8::7" } };

    [Theory]
    [MemberData(nameof(Families))]
    public void What_is_put_is_listed_equal(string destination, string gateway)
    {
        var prefix = IPNetwork.Parse(destination);
        var host = new IPNetwork(prefix.BaseAddress, prefix.BaseAddress.GetAddressBytes().Length * 8);
        Route[] wanted =
        [
            Route.Via(prefix, IPAddress.Parse(gateway), _eth) with { Protocol = RouteProtocols.Bird },
            Route.Direct(host, _cali),
            Route.Blackhole(prefix) with { Protocol = RouteProtocols.Bird, Metric = 4096 },
            Route.Via(prefix, IPAddress.Parse(gateway), _eth, isOnLink: true) with { Table = 4711 },
            new Route
            {
                Destination = prefix,
                Metric = 77,
                NextHops = [new NextHop(_eth, IPAddress.Parse(gateway), Weight: 2), new NextHop(_eth, IPAddress.Parse(gateway.Replace('7', '8')))],
            },
        ];

        Assert.Empty(Routes.Apply([.. wanted.Select(RouteChange.Put)]));
        var listed = Routes.List(Everything);

        Assert.All(wanted, route => Assert.Contains(route, listed));
        Assert.Equal([wanted[3]], Routes.List(new RouteFilter { Table = 4711 }));
        Assert.Equal(2, Routes.List(new RouteFilter { Protocol = RouteProtocols.Bird }).Count(route => route.Destination == prefix));

        Assert.All(wanted, route => Assert.True(Routes.Delete(route), route.ToString()));
        Assert.All(wanted, route => Assert.False(Routes.Delete(route)));
    }

    [Fact]
    public void Iproute_shows_them_as_the_walkthrough_prints_them()
    {
        Routes.Apply(
        [
            RouteChange.Put(Route.Via(IPNetwork.Parse("192.168.63.64/26"), IPAddress.Parse("192.0.2.102"), _eth) with { Protocol = RouteProtocols.Bird }),
            RouteChange.Put(Route.Direct(IPNetwork.Parse("192.168.239.128/32"), _cali)),
            RouteChange.Put(Route.Blackhole(IPNetwork.Parse("192.168.239.128/26")) with { Protocol = RouteProtocols.Bird }),
        ]);

        Assert.Equal(
            """
            192.0.2.0/24 dev eth0 proto kernel scope link src 192.0.2.1
            192.168.63.64/26 via 192.0.2.102 dev eth0 proto bird
            192.168.239.128 dev cali0f scope link
            blackhole 192.168.239.128/26 proto bird
            """,
            string.Join('\n', _host.Run("/usr/sbin/ip", "route").Split('\n').Select(line => line.TrimEnd())));
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Putting_again_replaces_whatever_leads_there(string destination, string gateway)
    {
        var prefix = IPNetwork.Parse(destination);
        Route[] inTurn =
        [
            Route.Blackhole(prefix),
            Route.Via(prefix, IPAddress.Parse(gateway), _eth),
            new Route { Destination = prefix, NextHops = [new NextHop(_eth, IPAddress.Parse(gateway)), new NextHop(_eth, IPAddress.Parse(gateway.Replace('7', '8')))] },
            Route.Direct(prefix, _cali),
            Route.Blackhole(prefix),
        ];

        foreach (var route in inTurn)
        {
            Routes.Put(route);
            Assert.Equal([route], Routes.List(new RouteFilter()).Where(listed => listed.Destination == prefix));
        }
    }

    [Fact]
    public void A_route_the_kernel_refuses_holds_up_no_other()
    {
        var unreachable = Route.Via(IPNetwork.Parse("10.1.0.0/16"), IPAddress.Parse("203.0.113.1"), _eth);
        var steps = Enumerable.Range(0, 1200)
            .Select(i => RouteChange.Put(i % 400 == 7 ? unreachable : Route.Direct(IPNetwork.Parse($"10.0.{i / 256}.{i % 256}/32"), _cali)))
            .ToList();

        var refused = Routes.Apply(steps);

        Assert.Equal(3, refused.Count);
        Assert.All(refused, refusal => Assert.Equal((unreachable, Errno.ENETUNREACH), (refusal.Change.Route, refusal.Error.Errno)));
        Assert.Equal("Nexthop has invalid gateway", refused[0].Error.Explanation);
        Assert.Equal(1197, Routes.List(new RouteFilter { Link = _cali }).Count(route => route.IsHostRouteOf("10.0")));
        Assert.Empty(Routes.Apply([.. steps.Select(step => RouteChange.Remove(step.Route))]));
        Assert.DoesNotContain(Routes.List(new RouteFilter()), route => route.IsHostRouteOf("10.0"));
    }

    [Fact]
    public void A_lookup_tells_the_way_or_that_there_is_none()
    {
        Routes.Put(Route.Via(IPNetwork.Parse("0.0.0.0/0"), IPAddress.Parse("192.0.2.254"), _eth));
        Routes.Put(Route.Blackhole(IPNetwork.Parse("10.0.0.0/8")));

        var way = Routes.Lookup(IPAddress.Parse("198.51.100.1"));
        Assert.Equal([new NextHop(_eth, IPAddress.Parse("192.0.2.254"))], way?.NextHops);
        Assert.Equal(IPAddress.Parse("192.0.2.1"), way?.PreferredSource);
        Assert.Equal(IPNetwork.Parse("0.0.0.0/0"), Routes.Match(IPAddress.Parse("198.51.100.1"))?.Destination);
        Assert.Null(Routes.Lookup(IPAddress.Parse("10.1.1.1")));
        Assert.Null(Routes.Lookup(IPAddress.Parse("fd00::1")));
    }

    [Fact]
    public void One_socket_serves_several_threads()
    {
        Parallel.For(0, 200, i =>
        {
            var route = Route.Direct(IPNetwork.Parse($"10.1.0.{i}/32"), _cali);
            Routes.Put(route);
            Assert.Equal(route, Routes.Match(route.Destination.BaseAddress));
            Assert.Contains(route, Routes.List(new RouteFilter()));
            Assert.True(Routes.Delete(route));
        });
        Assert.DoesNotContain(Routes.List(new RouteFilter()), route => route.IsHostRouteOf("10.1"));
    }

    [Fact]
    public void Addresses_come_and_go()
    {
        var address = AddressOn(_cali, "10.65.0.1", 32);
        var six = AddressOn(_cali, "fd00::1", 128) with { SkipDuplicateDetection = true };

        Assert.True(_host.Route.Addresses.Add(address));
        Assert.False(_host.Route.Addresses.Add(address));
        Assert.True(_host.Route.Addresses.Add(six));

        Assert.Contains("inet 10.65.0.1/32 scope global cali0f", _host.Ip("address show dev cali0f"), StringComparison.Ordinal);
        Assert.Contains(address, _host.Route.Addresses.List(_cali));
        Assert.Contains(six, _host.Route.Addresses.List(_cali));
        Assert.DoesNotContain(address, _host.Route.Addresses.List(_eth));

        Assert.True(_host.Route.Addresses.Delete(address));
        Assert.False(_host.Route.Addresses.Delete(address));
        Assert.False(_host.Route.Addresses.Delete(address with { Link = 4711 }));
    }

    [Fact]
    public void Neighbours_are_permanent_or_proxied()
    {
        var known = Neighbour.Permanent(_cali, IPAddress.Parse("169.254.1.1"), PhysicalAddress.Parse("EE-EE-EE-EE-EE-EE"));
        var proxy = Neighbour.Proxy(_cali, IPAddress.Parse("fe80::1234"));

        _host.Route.Neighbours.Put(known);
        _host.Route.Neighbours.Put(proxy);

        Assert.Equal("169.254.1.1 dev cali0f lladdr ee:ee:ee:ee:ee:ee PERMANENT", _host.Ip("neigh show 169.254.1.1"));
        Assert.Equal("fe80::1234 dev cali0f proxy", _host.Ip("neigh show proxy"));
        Assert.Contains(known, _host.Route.Neighbours.List());
        Assert.Contains(proxy, _host.Route.Neighbours.List());
        Assert.True(_host.Route.Neighbours.Delete(proxy));
        Assert.False(_host.Route.Neighbours.Delete(proxy));
        Assert.True(_host.Route.Neighbours.Delete(known));
    }

    public void Dispose()
    {
        _other.Dispose();
        _host.Dispose();
    }

    private static LinkAddress AddressOn(int link, string address, int length) =>
        new() { Link = link, Address = IPAddress.Parse(address), PrefixLength = length };
}

internal static class RouteQuestions
{
    public static bool IsHostRouteOf(this Route route, string start) =>
        route.Destination.PrefixLength == 32 && route.Destination.BaseAddress.ToString().StartsWith(start, StringComparison.Ordinal);
}
