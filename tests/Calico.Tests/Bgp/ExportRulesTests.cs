using System.Net;
using Calico.Bgp;
using Calico.Bgp.Attributes;
using Calico.Bgp.Policy;
using Calico.Bgp.Routes;
using Calico.Bgp.Values;

namespace Calico.Tests.Bgp;

/// <summary>What internal and external peers are told, RFC 4271 §5.1 and §9.2, RFC 4456 §8.</summary>
public sealed class ExportRulesTests
{
    private static readonly Prefix Prefix = new(IPNetwork.Parse("10.1.0.0/26"));

    private static readonly PathAttributes Learned = new()
    {
        Origin = Origin.Egp,
        AsPath = AsPath.Empty.Prepend(65009),
        NextHop = IPAddress.Parse("10.0.0.9"),
        MultiExitDiscriminator = 5,
        LocalPreference = 200,
        ExtendedCommunities = [0x4003_0000_0000_0001, 0x0002_0000_0000_0002],
        Unknown = [new(AttributeFlags.Optional | AttributeFlags.Transitive, 99, [1])],
    };

    [Fact]
    public void An_external_peer_hears_nothing_of_what_is_ours_alone()
    {
        var told = Rules(isInternal: false).Apply(Prefix, From(Learned with { OriginatorId = IPAddress.Loopback, ClusterList = [1] }));

        Assert.Equal(
            Learned with
            {
                AsPath = AsPath.Empty.Prepend(65009).Prepend(64512),
                NextHop = IPAddress.Parse("10.0.0.1"),
                MultiExitDiscriminator = null,
                LocalPreference = null,
                ExtendedCommunities = [0x0002_0000_0000_0002],
                Unknown = [new(AttributeFlags.Optional | AttributeFlags.Transitive | AttributeFlags.Partial, 99, [1])],
            },
            told);
    }

    [Fact]
    public void An_internal_peer_hears_external_routes_with_their_next_hop_and_a_preference()
    {
        var told = Rules(isInternal: true).Apply(Prefix, From(Learned with { LocalPreference = null }));

        Assert.Equal(IPAddress.Parse("10.0.0.9"), told?.NextHop);
        Assert.Equal(100u, told?.LocalPreference);
        Assert.Equal(5u, told?.MultiExitDiscriminator);
        Assert.Equal("65009", told?.AsPath.ToString());
    }

    [Fact]
    public void A_reflected_route_names_its_originator_and_our_cluster_and_keeps_its_next_hop()
    {
        var rules = Rules(isInternal: true) with { NextHop = NextHopRule.Self };
        var told = rules.Apply(Prefix, From(Learned with { ClusterList = [7] }, isInternal: true, isClient: true));

        Assert.Equal(IPAddress.Parse("10.0.0.9"), told?.OriginatorId);
        Assert.Equal([42u, 7u], told?.ClusterList ?? []);
        Assert.Equal(Learned.NextHop, told?.NextHop);
    }

    [Fact]
    public void Without_reflection_internal_routes_stay_where_they_are() =>
        Assert.Null(Rules(isInternal: true).Apply(Prefix, From(Learned, isInternal: true)));

    [Theory]
    [InlineData(WellKnownCommunity.NoAdvertise, false, false)]
    [InlineData(WellKnownCommunity.NoExport, true, false)]
    [InlineData(WellKnownCommunity.NoExportSubconfed, true, false)]
    [InlineData(0xfc000001, true, true)]
    public void Well_known_communities_bind(uint community, bool toInternal, bool toExternal)
    {
        var path = From(Learned with { Communities = [community] });

        Assert.Equal(toInternal, Rules(isInternal: true).Apply(Prefix, path) is not null);
        Assert.Equal(toExternal, Rules(isInternal: false).Apply(Prefix, path) is not null);
    }

    [Fact]
    public void Nothing_goes_back_to_where_it_came_from_began_or_leads_to()
    {
        var rules = Rules(isInternal: false);

        Assert.Null(rules.Apply(Prefix, new(rules.Peer, Learned, Learned)));
        Assert.Null(rules.Apply(Prefix, From(Learned with { OriginatorId = IPAddress.Parse("10.0.0.2") })));
        Assert.Null((rules with { NextHop = NextHopRule.Unchanged }).Apply(Prefix, From(Learned with { NextHop = IPAddress.Parse("10.0.0.2") })));
    }

    [Fact]
    public void Policy_family_and_a_missing_next_hop_of_our_own_each_keep_a_route_back()
    {
        var six = new Prefix(IPNetwork.Parse("fd00::/64"));

        Assert.Null((Rules(isInternal: false) with { Policy = RoutePolicy.RejectAll }).Apply(Prefix, From(Learned)));
        Assert.Null(Rules(isInternal: false).Apply(six, From(Learned)));
        Assert.NotNull((Rules(isInternal: false) with { SelfIPv6 = IPAddress.IPv6Loopback }).Apply(six, From(Learned)));
    }

    [Fact]
    public void Prefix_rules_match_in_order_by_length()
    {
        var policy = new RoutePolicy.Prefixes(
            [
                new(IPNetwork.Parse("10.1.0.0/16"), Accept: false) { MinLength = 32 },
                new(IPNetwork.Parse("10.0.0.0/8"), Accept: true) { MaxLength = 26 },
                new(IPNetwork.Parse("fd00::/8"), Accept: true),
            ],
            Otherwise: false);

        Assert.Equal(
            ["10.1.0.0/26", "10.0.0.0/8", "fd00:1::/64"],
            new[] { "10.1.0.0/26", "10.1.0.1/32", "10.0.0.0/8", "10.2.0.0/27", "0.0.0.0/0", "11.0.0.0/8", "fd00:1::/64", "::/0" }
                .Where(text => policy.Accepts(new Prefix(IPNetwork.Parse(text)))));
    }

    private static RibPath From(PathAttributes attributes, bool isInternal = false, bool isClient = false)
    {
        var source = new RouteSource("other") { Identifier = IPAddress.Parse("10.0.0.9"), IsInternal = isInternal, IsClient = isClient };
        return new(source, attributes, attributes);
    }

    private static ExportRules Rules(bool isInternal) => new()
    {
        Peer = new RouteSource("peer") { Address = IPAddress.Parse("10.0.0.2"), IsInternal = isInternal },
        Agreed = new(isInternal ? 64512u : 65001u, IPAddress.Parse("10.0.0.2"), TimeSpan.FromSeconds(90), Family.All, null)
        {
            FourOctetAs = true,
            IsInternal = isInternal,
        },
        LocalAs = 64512,
        ClusterId = 42,
        NextHop = NextHopRule.Standard,
        SelfIPv4 = IPAddress.Parse("10.0.0.1"),
        SelfIPv6 = null,
        Policy = RoutePolicy.AcceptAll,
    };
}
