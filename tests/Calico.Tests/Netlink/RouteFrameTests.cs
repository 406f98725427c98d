using System.Net;
using System.Net.NetworkInformation;
using Calico.Netlink.Routing;
using Calico.Netlink.Wire;

namespace Calico.Tests.Netlink;

/// <summary>What iproute2 6.1 sends, as strace shows it; sequence numbers and the wish to be acknowledged, which the socket adds, evened out.</summary>
public sealed class RouteFrameTests
{
    private const int HeaderSize = 16;

    private static readonly PhysicalAddress AllEe = PhysicalAddress.Parse("EE-EE-EE-EE-EE-EE");

    // ip route replace 10.244.1.0/26 via 192.0.2.7 dev v0 proto 80
    private const string ToBlock = """
        34000000 1800 0105 00000000 00000000    nlmsghdr: 52 bytes, NEWROUTE, REQUEST|REPLACE|CREATE
        02 1a 00 00 fe 50 00 01 00000000        rtmsg: inet, /26, table main, protocol 80, universe, unicast
        0800 0100 0af40100                      RTA_DST 10.244.1.0
        0800 0500 c0000207                      RTA_GATEWAY 192.0.2.7
        0800 0400 03000000                      RTA_OIF 3
        """;

    // ip route replace 10.9.0.0/16 nexthop via 192.0.2.7 dev v0 weight 2 nexthop via 192.0.2.8 dev v0
    private const string OverTwo = """
        48000000 1800 0105 00000000 00000000    nlmsghdr: 72 bytes, NEWROUTE, REQUEST|REPLACE|CREATE
        02 10 00 00 fe 03 00 01 00000000        rtmsg: inet, /16, table main, protocol boot, universe, unicast
        0800 0100 0a090000                      RTA_DST 10.9.0.0
        2400 0980                               RTA_MULTIPATH, a nest (which iproute2 does not say)
          1000 00 01 03000000                   rtnexthop: 16 bytes, weight 2, link 3
          0800 0500 c0000207                    RTA_GATEWAY 192.0.2.7
          1000 00 00 03000000                   rtnexthop: 16 bytes, weight 1, link 3
          0800 0500 c0000208                    RTA_GATEWAY 192.0.2.8
        """;

    // ip link add cali0f type veth peer name eth9
    private const string Pair = """
        5c000000 1000 0106 00000000 00000000    nlmsghdr: 92 bytes, NEWLINK, REQUEST|EXCL|CREATE
        00 00 0000 00000000 00000000 00000000   ifinfomsg: nothing set
        0b00 0300 63616c69306600 00             IFLA_IFNAME cali0f
        3000 1280                               IFLA_LINKINFO
          0800 0100 76657468                    IFLA_INFO_KIND veth
          2400 0280                             IFLA_INFO_DATA
            2000 0180                           VETH_INFO_PEER
            00 00 0000 00000000 00000000 00000000
            0900 0300 6574683900 000000         IFLA_IFNAME eth9
        """;

    // ip addr add 10.65.0.1/32 dev v0
    private const string Address = """
        28000000 1400 0106 00000000 00000000    nlmsghdr: 40 bytes, NEWADDR, REQUEST|EXCL|CREATE
        02 20 00 00 03000000                    ifaddrmsg: inet, /32, universe, link 3
        0800 0200 0a410001                      IFA_LOCAL 10.65.0.1
        0800 0100 0a410001                      IFA_ADDRESS 10.65.0.1
        """;

    // ip neigh replace 169.254.1.1 lladdr ee:ee:ee:ee:ee:ee dev v0
    private const string Gateway = """
        30000000 1c00 0105 00000000 00000000    nlmsghdr: 48 bytes, NEWNEIGH, REQUEST|REPLACE|CREATE
        02 00 0000 03000000 8000 00 00          ndmsg: inet, link 3, PERMANENT
        0800 0100 a9fe0101                      NDA_DST 169.254.1.1
        0a00 0200 eeeeeeeeeeee 0000             NDA_LLADDR
        """;

    private static readonly Route RouteToBlock =
        Route.Via(IPNetwork.Parse("10.244.1.0/26"), IPAddress.Parse("192.0.2.7"), 3) with { Protocol = 80 };

    private static readonly Route RouteOverTwo = new()
    {
        Destination = IPNetwork.Parse("10.9.0.0/16"),
        NextHops = [new NextHop(3, IPAddress.Parse("192.0.2.7"), Weight: 2), new NextHop(3, IPAddress.Parse("192.0.2.8"))],
    };

    private static readonly LinkAddress Own = new() { Link = 3, Address = IPAddress.Parse("10.65.0.1"), PrefixLength = 32 };

    private static readonly Neighbour Known = Neighbour.Permanent(3, IPAddress.Parse("169.254.1.1"), AllEe);

    [Fact]
    public void A_route_through_a_router() => AssertWritten(ToBlock, requests => RouteMessage.Encode(requests, RouteChange.Put(RouteToBlock)));

    [Fact]
    public void A_route_with_several_next_hops() => AssertWritten(OverTwo, requests => RouteMessage.Encode(requests, RouteChange.Put(RouteOverTwo)));

    [Fact]
    public void A_veth_pair() =>
        AssertWritten(Pair, requests => LinkMessage.CreateVeth(requests, new NewVeth { Name = "cali0f", Peer = new VethPeer { Name = "eth9" } }));

    [Fact]
    public void An_address() => AssertWritten(Address, requests => AddressMessage.Add(requests, Own));

    [Fact]
    public void A_neighbour() => AssertWritten(Gateway, requests => NeighbourMessage.Put(requests, Known));

    [Fact]
    public void What_is_written_is_read()
    {
        Assert.Equal(RouteToBlock, RouteMessage.Decode(RouteMessage.New, Body(ToBlock)));
        Assert.Equal(RouteOverTwo, RouteMessage.Decode(RouteMessage.New, Body(OverTwo)));
        Assert.Equal(Own, AddressMessage.Decode(AddressMessage.New, Body(Address)));
        Assert.Equal(Known, NeighbourMessage.Decode(NeighbourMessage.New, Body(Gateway)));
    }

    [Fact]
    public void A_table_beyond_255_goes_by_its_attribute()
    {
        var route = Route.Blackhole(IPNetwork.Parse("10.0.0.0/8")) with { Table = 4711 };
        AssertWritten(
            """
            2c000000 1800 0105 00000000 00000000    nlmsghdr: 44 bytes
            02 08 00 00 00 03 00 06 00000000        rtmsg: inet, /8, table unspecified, protocol boot, universe, blackhole
            0800 0100 0a000000                      RTA_DST 10.0.0.0
            0800 0f00 67120000                      RTA_TABLE 4711
            """,
            requests => RouteMessage.Encode(requests, RouteChange.Put(route)));
    }

    [Fact]
    public void Next_hops_make_the_same_route_in_any_order()
    {
        var reversed = RouteOverTwo with { NextHops = [.. RouteOverTwo.NextHops.Reverse()] };

        Assert.Equal(RouteOverTwo, reversed);
        Assert.Equal(RouteOverTwo.GetHashCode(), reversed.GetHashCode());
        Assert.NotEqual(RouteOverTwo, RouteOverTwo with { NextHops = [RouteOverTwo.NextHops[0]] });
        Assert.NotEqual(RouteOverTwo, RouteOverTwo with { NextHops = [RouteOverTwo.NextHops[0], RouteOverTwo.NextHops[0]] });
    }

    [Fact]
    public void The_scope_follows_from_the_rest()
    {
        var host = IPNetwork.Parse("10.0.0.1/32");
        Assert.Equal(RouteScope.Link, Route.Direct(host, 3).Scope);
        Assert.Equal(RouteScope.Universe, Route.Via(host, IPAddress.Parse("192.0.2.7"), 3).Scope);
        Assert.Equal(RouteScope.Universe, Route.Blackhole(host).Scope);
        Assert.Equal(RouteScope.Universe, Route.Direct(IPNetwork.Parse("fd00::1/128"), 3).Scope);
        Assert.Equal(RouteScope.Host, (Route.Direct(host, 3) with { Scope = RouteScope.Host }).Scope);
    }

    private static byte[] Body(string frame) => AnnotatedFrame.Bytes(frame)[HeaderSize..];

    private static void AssertWritten(string frame, Action<RequestBuffer> write)
    {
        var requests = new RequestBuffer();
        write(requests);
        Assert.Equal(Convert.ToHexStringLower(AnnotatedFrame.Bytes(frame)), Convert.ToHexStringLower(requests.Written));
    }
}
