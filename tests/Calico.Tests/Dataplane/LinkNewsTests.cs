using System.Net;
using Calico.Dataplane;
using Calico.Dataplane.Routes;
using Calico.Netlink.Routing;

namespace Calico.Tests.Dataplane;

/// <summary>What a look at the links, and what the kernel tells of them, says of routes.</summary>
public sealed class LinkNewsTests
{
    private static readonly Route Known = Route.Direct(IPNetwork.Parse("10.0.0.1/32"), 7);

    [Fact]
    public void Links_that_are_gone_are_known_by_their_index_also_where_another_has_the_name()
    {
        var links = new LinkMap();
        links.Update([Link(1, "lo"), Link(7, "calia"), Link(8, "veth1")]);

        var news = links.Update([Link(1, "lo"), Link(9, "calia"), Link(8, "veth1")]);

        Assert.Equal([7], news.Gone);
        Assert.False(news.HasChanged);
        Assert.Equal((null, "calia"), (links.NameOf(7), links.NameOf(9)));
    }

    [Fact]
    public void A_workload_s_link_that_goes_down_or_has_another_name_has_changed_and_one_that_came_has_not()
    {
        var links = new LinkMap();
        links.Update([Link(7, "calia")]);

        Assert.False(links.Update([Link(7, "calia"), Link(8, "calib")]).HasChanged);
        Assert.True(links.Update([Link(7, "calia") with { IsUp = false }, Link(8, "calib")]).HasChanged);
        Assert.True(links.Update([Link(7, "other"), Link(8, "calib")]).HasChanged);
    }

    [Fact]
    public void Only_a_link_that_a_known_route_leads_over_is_news_when_it_goes_down_or_away()
    {
        Assert.True(IsNews(new RouteEvent.LinkRemoved(Link(7, "calia"))));
        Assert.True(IsNews(new RouteEvent.LinkChanged(Link(7, "calia") with { IsUp = false })));
        Assert.False(IsNews(new RouteEvent.LinkRemoved(Link(8, "veth1"))));
        Assert.False(IsNews(new RouteEvent.LinkChanged(Link(8, "veth1") with { IsUp = false })));
        Assert.True(IsNews(new RouteEvent.Overflow()));
    }

    [Fact]
    public void An_IPv4_address_that_goes_may_take_routes_of_any_link_along_and_an_IPv6_one_only_of_its_own()
    {
        Assert.True(IsNews(new RouteEvent.AddressRemoved(new() { Link = 8, Address = IPAddress.Parse("192.168.1.1"), PrefixLength = 24 })));
        Assert.True(IsNews(new RouteEvent.AddressRemoved(new() { Link = 7, Address = IPAddress.Parse("fe80::1"), PrefixLength = 64 })));
        Assert.False(IsNews(new RouteEvent.AddressRemoved(new() { Link = 8, Address = IPAddress.Parse("fe80::1"), PrefixLength = 64 })));
    }

    [Fact]
    public void A_route_that_is_not_known_is_news_but_for_the_one_that_every_link_with_IPv6_has()
    {
        Assert.False(IsNews(new RouteEvent.RouteChanged(Known)));
        Assert.True(IsNews(new RouteEvent.RouteRemoved(Known)));
        Assert.True(IsNews(new RouteEvent.RouteChanged(Route.Direct(IPNetwork.Parse("10.0.0.2/32"), 8))));
        Assert.False(IsNews(new RouteEvent.RouteChanged(Route.Direct(IPNetwork.Parse("fe80::/64"), 8))));
    }

    [Fact]
    public void Entries_that_are_gone_by_themselves_are_put_again_where_they_are_wanted_and_removed_by_nobody()
    {
        var kernel = new FakeTable(new() { ["a"] = 1, ["b"] = 2, ["c"] = 3 });
        var reconciler = new Reconciler<string, int>(kernel);
        reconciler.Reconcile(() => new Dictionary<string, int> { ["a"] = 1, ["b"] = 2, ["c"] = 3 });
        kernel.Entries.Remove("a");
        kernel.Entries.Remove("b");

        reconciler.Forget(value => value < 3);
        var round = reconciler.Reconcile(() => new Dictionary<string, int> { ["b"] = 2, ["c"] = 3 });

        Assert.Empty(round.Plan.Remove);
        Assert.Equal(["b"], round.Plan.Put.Keys);
        Assert.Equal(1, kernel.Reads);
        Assert.Equal(["b", "c"], kernel.Entries.Keys.Order());
    }

    private static bool IsNews(RouteEvent notice) => RouteNotices.IsNews(notice, key => key == RouteKey.Of(Known) ? Known : null, link => link == 7);

    private static Link Link(int index, string name) => new() { Index = index, Name = name, IsUp = true };
}
