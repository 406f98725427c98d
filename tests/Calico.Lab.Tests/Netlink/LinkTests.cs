using System.Net.NetworkInformation;
using Calico.Netlink;
using Calico.Netlink.Routing;

namespace Calico.Lab.Tests.Netlink;

public sealed class LinkTests : IDisposable
{
    private static readonly PhysicalAddress AllEe = PhysicalAddress.Parse("EE-EE-EE-EE-EE-EE");

    private readonly FreshNamespace _host = new();
    private readonly FreshNamespace _container = new();

    private LinkTable Links => _host.Route.Links;

    [Fact]
    public void A_veth_pair_is_born_named_addressed_and_placed()
    {
        Assert.True(Links.CreateVeth(new NewVeth
        {
            Name = "cali0123456789a",
            HardwareAddress = AllEe,
            Mtu = 1480,
            IsUp = true,
            Peer = new VethPeer { Name = "cali0", HardwareAddress = AllEe, Mtu = 1480, Namespace = _container.Network },
        }));

        Assert.Contains("mtu 1480", _host.Ip("link show dev cali0123456789a"), StringComparison.Ordinal);
        Assert.Contains("link/ether ee:ee:ee:ee:ee:ee", _host.Ip("link show dev cali0123456789a"), StringComparison.Ordinal);
        Assert.Contains("mtu 1480", _container.Ip("link show dev cali0"), StringComparison.Ordinal);
        Assert.Contains("link/ether ee:ee:ee:ee:ee:ee", _container.Ip("link show dev cali0"), StringComparison.Ordinal);

        var near = Links.Find("cali0123456789a");
        var far = _container.Route.Links.Find("cali0");
        Assert.NotNull(near);
        Assert.NotNull(far);
        Assert.Equal(("veth", AllEe, 1480, true, true), (near.Kind, near.HardwareAddress, near.Mtu, near.IsUp, near.IsPeerElsewhere));
        Assert.Equal((near.Index, far.Index), (far.Peer, near.Peer));
        Assert.False(far.IsUp);
        Assert.Equal(near, Links.Find(near.Index));
    }

    [Fact]
    public void A_name_that_is_taken_makes_no_pair_at_all()
    {
        Assert.True(Links.CreateBridge("taken"));

        Assert.False(Links.CreateVeth(new NewVeth { Name = "taken", Peer = new VethPeer { Name = "free", Namespace = _container.Network } }));

        Assert.Null(_container.Route.Links.Find("free"));
    }

    [Fact]
    public void A_link_is_changed_in_one_step()
    {
        Assert.True(Links.CreateBridge("br0", isUp: true));
        var index = _host.Wire("v0", _container, "v1");

        Assert.True(Links.Change(index, new LinkChange { Master = _host.Index("br0"), Mtu = 1400, HardwareAddress = AllEe }));

        Assert.Matches("mtu 1400 .*master br0 .*ee:ee:ee:ee:ee:ee", _host.Ip("link show dev v0"));
        Assert.Equal(_host.Index("br0"), Links.Find(index)?.Master);
        Assert.True(Links.Find(index)?.HasCarrier);

        Assert.True(Links.Change(index, new LinkChange { Master = 0, IsUp = false }));
        Assert.True(Links.Change(index, new LinkChange { Name = "renamed" }));
        Assert.Matches("renamed.*state DOWN", _host.Ip($"link show dev renamed"));
    }

    [Fact]
    public void A_link_moves_to_another_namespace()
    {
        Assert.True(Links.CreateVeth(new NewVeth { Name = "v0", Peer = new VethPeer { Name = "v1" } }));

        Assert.True(Links.Change(_host.Index("v1"), new LinkChange { Namespace = _container.Network, Name = "eth0" }));

        Assert.Null(Links.Find("v1"));
        Assert.NotNull(_container.Route.Links.Find("eth0"));
    }

    [Fact]
    public void IPv4_settings_are_set_and_read_back_without_proc()
    {
        var index = _host.Wire("v0", _container, "v1");

        Assert.True(Links.Change(index, new LinkChange { IPv4 = new LinkIPv4 { ProxyArp = true, Forwarding = true, ReversePathFilter = 1 } }));

        Assert.Equal("1 1 1", _host.Network.Run(() => string.Join(' ', ((string[])["proxy_arp", "forwarding", "rp_filter"]).Select(name => Sysctl.Read($"net/ipv4/conf/v0/{name}")))));
        Assert.Equal(new LinkIPv4 { ProxyArp = true, Forwarding = true, ReversePathFilter = 1, RouteLocalnet = false }, Links.Find(index)?.IPv4);
    }

    [Fact]
    public void Deleting_one_end_deletes_the_pair_and_deleting_again_is_no_error()
    {
        _host.Wire("v0", _container, "v1");

        Assert.True(Links.Delete("v0"));
        Assert.False(Links.Delete("v0"));

        Assert.DoesNotContain(_container.Route.Links.List(), link => link.Name == "v1");
        Assert.Null(Links.Find("v0"));
        Assert.False(Links.Change(4711, new LinkChange { IsUp = true }));
    }

    [Fact]
    public void A_refusal_says_what_was_done_to_what_and_why()
    {
        Assert.True(Links.CreateBridge("br0"));

        var refused = Assert.Throws<NetlinkException>(() => Links.Change(_host.Index("br0"), new LinkChange { Mtu = 7 }));

        Assert.Equal(Errno.EINVAL, refused.Errno);
        Assert.StartsWith("change link 2", refused.Message, StringComparison.Ordinal);
        Assert.EndsWith("EINVAL: mtu less than device minimum", refused.Message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _container.Dispose();
        _host.Dispose();
    }
}
