using System.Net;
using Calico.Dataplane;
using Calico.Dataplane.Routes;
using Calico.Model.Hosts;
using Calico.Netlink.Routing;
using static Calico.Tests.Dataplane.HostStates;

namespace Calico.Tests.Dataplane;

public sealed class RouteRenderingTests
{
    private static readonly Route Default = Route.Via(HostPrefix("0.0.0.0/0"), IPAddress.Parse("192.168.26.2"), 2);
    private static readonly Route Lan = Route.Direct(HostPrefix("192.168.26.0/24"), 2) with { Protocol = RouteProtocols.Kernel };

    [Fact]
    public void A_local_address_goes_to_its_interface_and_a_block_ends_in_a_blackhole()
    {
        var (routes, problems) = Render(With(Endpoint("a", "10.0.0.1", "fd00::1")) with { LocalBlocks = [HostPrefix("10.0.0.0/26"), HostPrefix("10.0.7.7")] });

        Assert.Empty(problems);
        Assert.Equal(
            ["10.0.0.1/32 dev 7 proto 3", "blackhole 10.0.0.0/26 proto 12", "fd00::1/128 dev 7 proto 3"],
            routes.Values.Select(Text).Order(StringComparer.Ordinal));
        Assert.Equal(RouteScope.Link, routes[new(HostPrefix("10.0.0.1"), 0)].Scope);
    }

    [Fact]
    public void A_learned_prefix_goes_by_the_link_of_its_next_hop_or_by_the_router_before_it()
    {
        var (routes, _) = Render(HostState.Empty, ("10.0.1.0/26", ["192.168.26.102"]), ("10.0.2.0/26", ["172.16.0.9"]), ("10.0.3.0/26", ["192.168.26.101", "192.168.26.102"]));

        Assert.Equal(
            [
                "10.0.1.0/26 via 192.168.26.102 dev 2 proto 12",
                "10.0.2.0/26 via 192.168.26.2 dev 2 proto 12",
                "10.0.3.0/26 via 192.168.26.101 dev 2 via 192.168.26.102 dev 2 proto 12",
            ],
            routes.Values.Select(Text).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_next_hop_that_nothing_leads_to_is_reported_and_the_others_are_used()
    {
        var (routes, problems) = Render(HostState.Empty, ("10.0.1.0/26", ["192.168.26.102", "203.0.113.1"]), ("10.0.2.0/26", ["203.0.113.1"]));

        Assert.Equal(["10.0.1.0/26 via 192.168.26.102 dev 2 proto 12"], routes.Values.Select(Text));
        Assert.Equal(2, problems.Count);
        Assert.Contains("10.0.2.0/26: nothing leads to its next hop 203.0.113.1", problems[1], StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_local_wins_over_what_BGP_says()
    {
        var (routes, _) = Render(
            With(Endpoint("a", "10.0.0.1")) with { LocalBlocks = [HostPrefix("10.0.0.0/26")] },
            ("10.0.0.0/26", ["192.168.26.102"]),
            ("10.0.0.1/32", ["192.168.26.102"]));

        Assert.Equal(["10.0.0.1/32 dev 7 proto 3", "blackhole 10.0.0.0/26 proto 12"], routes.Values.Select(Text).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Anothers_route_stays_and_is_reported_unless_it_is_the_hosts_own_subnet()
    {
        var (routes, problems) = Render(HostState.Empty, ("0.0.0.0/0", ["192.168.26.102"]), ("192.168.26.0/24", ["192.168.26.102"]));

        Assert.Empty(routes);
        Assert.Contains("route to 0.0.0.0/0 is left as it is", Assert.Single(problems), StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_route_that_covers_the_containers_gateway_there_is_one_of_ours()
    {
        var rendering = new RouteRendering(Links(), new NextHops(_ => null));

        var routes = rendering.Render(HostState.Empty, new Dictionary<IPNetwork, LearnedRoute>(), Table(Lan));

        Assert.Equal(["169.254.1.1/32 dev 2 proto 12"], routes.Values.Select(Text));
    }

    [Fact]
    public void An_interface_that_is_missing_or_down_has_no_route_yet() =>
        Assert.Empty(Render(With(Endpoint("missing", "10.0.0.1"), Endpoint("down", "10.0.0.2"))).Routes);

    private static (IReadOnlyDictionary<RouteKey, Route> Routes, IReadOnlyList<string> Problems) Render(
        HostState host, params (string Prefix, string[] NextHops)[] learned)
    {
        var rendering = new RouteRendering(Links(), new NextHops(Lookup));
        var routes = rendering.Render(
            host,
            learned.ToDictionary(route => IPNetwork.Parse(route.Prefix), route => new LearnedRoute([.. route.NextHops.Select(IPAddress.Parse)])),
            Table(Default, Lan));
        return (routes, rendering.Problems);
    }

    private static LinkMap Links()
    {
        var links = new LinkMap();
        links.Update(
        [
            new() { Index = 1, Name = "lo", IsUp = true },
            new() { Index = 2, Name = "ens32", IsUp = true },
            new() { Index = 7, Name = "calia", IsUp = true },
            new() { Index = 8, Name = "calidown" },
        ]);
        return links;
    }

    /// <summary>A host on 192.168.26.0/24 whose router knows 172.16.0.0/12.</summary>
    private static Route? Lookup(IPAddress address) => address.ToString() switch
    {
        var lan when lan.StartsWith("192.168.26.", StringComparison.Ordinal) => Route.Direct(new(address, 32), 2),
        var far when far.StartsWith("172.16.", StringComparison.Ordinal) => Route.Via(new(address, 32), IPAddress.Parse("192.168.26.2"), 2),
        _ => null,
    };

    private static Dictionary<RouteKey, Route> Table(params Route[] routes) => routes.ToDictionary(RouteKey.Of);

    private static string Text(Route route) => route.ToString()[..route.ToString().IndexOf(" table", StringComparison.Ordinal)];
}
