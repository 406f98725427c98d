using System.Net;
using Calico.Bgp;
using Calico.Bgp.Attributes;
using Calico.Bgp.Messages;
using Calico.Bgp.Policy;
using Calico.Bgp.Routes;
using Calico.Bgp.Values;

namespace Calico.Tests.Bgp;

/// <summary>RFC 9234 §5: routes from a provider or a peer go down to customers only, and one that came another way is known as a leak.</summary>
public sealed class OnlyToCustomerTests
{
    private const uint OurAs = 64512, PeerAs = 65001, FartherAs = 65009;

    private static readonly Prefix Prefix = new(IPNetwork.Parse("10.50.0.0/24"));

    private static readonly PathAttributes Unmarked = new() { Origin = Origin.Igp, AsPath = AsPath.Empty.Prepend(PeerAs), NextHop = IPAddress.Parse("10.0.0.2") };

    [Theory]
    [InlineData(BgpRole.Provider, null, true)]
    [InlineData(BgpRole.Provider, PeerAs, false)]
    [InlineData(BgpRole.Provider, FartherAs, false)]
    [InlineData(BgpRole.RouteServer, null, true)]
    [InlineData(BgpRole.RouteServer, PeerAs, false)]
    [InlineData(BgpRole.Peer, null, true)]
    [InlineData(BgpRole.Peer, PeerAs, true)]
    [InlineData(BgpRole.Peer, FartherAs, false)]
    [InlineData(BgpRole.Customer, FartherAs, true)]
    [InlineData(BgpRole.RouteServerClient, FartherAs, true)]
    [InlineData(null, FartherAs, true)]
    public void A_marked_route_from_below_or_one_that_a_peer_passes_on_is_a_leak(BgpRole? ours, uint? mark, bool admitted) =>
        Assert.Equal(admitted, Import(ours).Admits(Unmarked with { OnlyToCustomer = mark }));

    [Theory]
    [InlineData(BgpRole.Customer, null, PeerAs)]
    [InlineData(BgpRole.Peer, null, PeerAs)]
    [InlineData(BgpRole.RouteServerClient, null, PeerAs)]
    [InlineData(BgpRole.Customer, FartherAs, FartherAs)]
    [InlineData(BgpRole.Provider, null, null)]
    [InlineData(BgpRole.RouteServer, null, null)]
    [InlineData(null, null, null)]
    public void What_comes_from_above_or_from_beside_is_marked_with_the_peers_AS(BgpRole? ours, uint? mark, uint? marked) =>
        Assert.Equal(marked, Import(ours).Change(Unmarked with { OnlyToCustomer = mark }, 0).OnlyToCustomer);

    [Theory]
    [InlineData(BgpRole.Provider, null, OurAs)]
    [InlineData(BgpRole.Peer, null, OurAs)]
    [InlineData(BgpRole.RouteServer, null, OurAs)]
    [InlineData(BgpRole.Provider, FartherAs, FartherAs)]
    [InlineData(BgpRole.RouteServer, FartherAs, FartherAs)]
    [InlineData(BgpRole.Customer, null, null)]
    [InlineData(BgpRole.RouteServerClient, null, null)]
    [InlineData(null, FartherAs, FartherAs)]
    public void A_route_that_goes_down_or_sideways_is_marked_once(BgpRole? ours, uint? mark, uint? told) =>
        Assert.Equal((true, told), Export(ours, mark) is { } route ? (true, route.OnlyToCustomer) : (false, null));

    [Theory]
    [InlineData(BgpRole.Customer)]
    [InlineData(BgpRole.Peer)]
    [InlineData(BgpRole.RouteServerClient)]
    public void A_marked_route_goes_to_no_provider_peer_or_route_server(BgpRole ours) => Assert.Null(Export(ours, FartherAs));

    [Fact]
    public void On_the_wire_it_is_four_octets_and_anything_else_withdraws_the_route()
    {
        var options = new CodecOptions(FourOctetAs: true, IsInternal: false, PeerAs);
        var message = new UpdateMessage([], [new(Unmarked with { OnlyToCustomer = PeerAs }, [Prefix])]);

        var frame = MessageTests.Encode(message, options);
        Assert.Equal(message, MessageTests.Decode(frame, options));
        Assert.Contains("C023040000FDE9", Convert.ToHexString(frame), StringComparison.Ordinal); // optional transitive, type 35, AS 65001

        var damaged = Convert.FromHexString(Convert.ToHexString(frame).Replace("C023040000FDE9", "C023030000FD", StringComparison.Ordinal));
        damaged[17]--; // the length of the message, and of its attributes
        damaged[22]--;
        var read = Assert.IsType<UpdateMessage>(MessageTests.Decode(damaged, options));
        Assert.Equal([Prefix], read.Withdrawn);
        Assert.Single(read.Faults);
    }

    [Fact]
    public async Task A_providers_route_reaches_a_customer_and_no_other_provider()
    {
        await using var provider = new TestSpeaker("127.78.1.1", PeerAs);
        await using var us = new TestSpeaker("127.78.1.2");
        await using var other = new TestSpeaker("127.78.1.3", 65002);
        await using var customer = new TestSpeaker("127.78.1.4", 65003);
        provider.Peer(provider.To(us) with { Passive = true, Role = BgpRole.Provider });
        other.Peer(other.To(us) with { Passive = true, Role = BgpRole.Provider });
        customer.Peer(customer.To(us) with { Passive = true, Role = BgpRole.Customer });
        us.Peer(us.To(provider) with { Role = BgpRole.Customer }, us.To(other) with { Role = BgpRole.Customer }, us.To(customer) with { Role = BgpRole.Provider });
        provider.Originate("10.50.0.0/24");
        us.Originate("10.60.0.0/24");

        await customer.Learns("10.50.0.0/24");
        await customer.Learns("10.60.0.0/24");
        await other.Learns("10.60.0.0/24"); // told at the same time as the other would be
        Assert.DoesNotContain(IPNetwork.Parse("10.50.0.0/24"), other.Routes.Keys);
        Assert.Equal(PeerAs, (await customer.Speaker.ListAsync(new RouteQuery { Prefix = IPNetwork.Parse("10.50.0.0/24") }, TestContext.Current.CancellationToken))[0].OnlyToCustomer);
        Assert.Equal(64512u, (await customer.Speaker.ListAsync(new RouteQuery { Prefix = IPNetwork.Parse("10.60.0.0/24") }, TestContext.Current.CancellationToken))[0].OnlyToCustomer);
    }

    private static ImportRules Import(BgpRole? role) =>
        new(OurAs, IPAddress.Parse("10.0.0.1"), 42, null, RoutePolicy.AcceptAll) { PeerAs = PeerAs, Role = role };

    private static PathAttributes? Export(BgpRole? role, uint? mark)
    {
        var route = Unmarked with { OnlyToCustomer = mark };
        var rules = new ExportRules
        {
            Peer = new RouteSource("peer") { Address = IPAddress.Parse("10.0.0.3") },
            Agreed = new(65003, IPAddress.Parse("10.0.0.3"), TimeSpan.FromSeconds(90), Family.All, null) { FourOctetAs = true },
            LocalAs = OurAs,
            ClusterId = 42,
            NextHop = NextHopRule.Standard,
            SelfIPv4 = IPAddress.Parse("10.0.0.1"),
            SelfIPv6 = null,
            Policy = RoutePolicy.AcceptAll,
            Role = role,
        };
        return rules.Apply(Prefix, new(new RouteSource("other"), route, route));
    }
}
