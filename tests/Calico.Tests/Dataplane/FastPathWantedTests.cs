using System.Net;
using System.Net.NetworkInformation;
using Calico.Dataplane;
using Calico.Dataplane.FastPath;
using Calico.Model.Addresses;
using Calico.Model.Hosts;
using Calico.Model.Resources.Specs;
using Calico.Model.Values;
using Calico.Netlink.Routing;

namespace Calico.Tests.Dataplane;

public sealed class FastPathWantedTests
{
    private const int Uplink = 2, Tunnel = 3, Loopback = 1;

    private static readonly PhysicalAddress _mac = PhysicalAddress.Parse("EE-EE-EE-EE-EE-EE");

    [Fact]
    public void Containers_by_address_and_the_links_that_lead_to_others_take_part()
    {
        var wanted = FastPathWanted.Of(Host(Endpoint("a", "10.0.0.1", "fd10::1"), Endpoint("b", "10.0.0.2")), Links(Pair("a", 10), Pair("b", 11)), [Uplink, Tunnel, Loopback]);

        Assert.Equal([10, 10, 11], wanted.Workloads.OrderBy(pair => pair.Key.ToString(), StringComparer.Ordinal).Select(pair => pair.Value.Interface).Order());
        Assert.Equal(new FastWorkload(11, 1450, _mac, PhysicalAddress.Parse("02-00-00-00-00-0B")), wanted.Workloads[IPAddress.Parse("10.0.0.2")]);
        Assert.Equal([Uplink], wanted.Uplinks);
        Assert.Equal([Uplink, 10, 11], wanted.Interfaces.Order());
    }

    [Fact]
    public void An_interface_that_is_down_no_pair_or_in_this_namespace_takes_no_part()
    {
        var host = Host(Endpoint("a", "10.0.0.1"), Endpoint("b", "10.0.0.2"), Endpoint("c", "10.0.0.3"), Endpoint("d", "10.0.0.4"), Endpoint("e", "10.0.0.5") with { Mac = null });

        var wanted = FastPathWanted.Of(
            host, Links(Pair("a", 10) with { IsUp = false }, Pair("b", 11) with { Kind = "tun" }, Pair("c", 12) with { IsPeerElsewhere = false }, Pair("e", 14)), [Uplink]);

        Assert.Empty(wanted.Workloads);
        Assert.Empty(wanted.Interfaces); // nobody to serve: nothing at the uplink either
    }

    [Fact]
    public void An_address_that_two_claim_is_nobodys()
    {
        var wanted = FastPathWanted.Of(Host(Endpoint("a", "10.0.0.1"), Endpoint("b", "10.0.0.1", "10.0.0.2")), Links(Pair("a", 10), Pair("b", 11)), [Uplink]);

        Assert.Equal([IPAddress.Parse("10.0.0.2")], wanted.Workloads.Keys);
    }

    [Fact]
    public void A_host_endpoint_whose_policy_asks_every_packet_sends_all_the_long_way()
    {
        var untracked = new LocalHostEndpoint
        {
            Id = "h",
            Interface = "ens32",
            Untracked = new([new("default", [new RulesId("GlobalNetworkPolicy", null, "p")], RuleAction.Deny)], []),
        };
        var host = Host(Endpoint("a", "10.0.0.1"));

        Assert.Same(FastPathWanted.Nothing, FastPathWanted.Of(host with { HostEndpoints = host.HostEndpoints.Add("h", untracked) }, Links(Pair("a", 10)), [Uplink]));
    }

    private static HostState Host(params LocalEndpoint[] endpoints) =>
        HostState.Empty with { Endpoints = HostState.Empty.Endpoints.AddRange(endpoints.Select(endpoint => KeyValuePair.Create(endpoint.Interface, endpoint))) };

    private static LocalEndpoint Endpoint(string name, params string[] addresses) => new()
    {
        Id = "default/" + name,
        Interface = "cali" + name,
        Mac = _mac,
        Addresses = addresses.Select(address => IPAddress.Parse(address).HostPrefix).ToValueList(),
    };

    private static LinkMap Links(params Link[] pairs)
    {
        var links = new LinkMap();
        links.Update(
        [
            new Link { Index = Loopback, Name = "lo", IsUp = true, HardwareAddress = PhysicalAddress.None },
            new Link { Index = Uplink, Name = "ens32", IsUp = true, HardwareAddress = PhysicalAddress.Parse("02-CA-00-00-00-01") },
            new Link { Index = Tunnel, Name = "tun0", IsUp = true, Kind = "tun" },
            .. pairs,
        ]);
        return links;
    }

    private static Link Pair(string name, int index) => new()
    {
        Index = index,
        Name = "cali" + name,
        Kind = "veth",
        IsUp = true,
        IsPeerElsewhere = true,
        Mtu = 1450,
        HardwareAddress = new([2, 0, 0, 0, 0, (byte)index]),
    };
}
