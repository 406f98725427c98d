using System.Net;
using Calico.Bgp.Policy;
using Calico.Bgp.Routes;
using Calico.Bgp.Values;
using Calico.Model.Hosts;
using Calico.Model.Resources.Specs;
using Calico.Model.Values;
using Calico.Node.Bgp;

namespace Calico.Tests.Node;

/// <summary>BGPFilters as policies towards a peer.</summary>
public sealed class FilterPlanTests
{
    [Theory]
    [InlineData(BgpMatchOperator.Equal, "10.0.0.0/16", true)]
    [InlineData(BgpMatchOperator.Equal, "10.0.1.0/24", false)]
    [InlineData(BgpMatchOperator.In, "10.0.0.0/16", true)]
    [InlineData(BgpMatchOperator.In, "10.0.1.0/24", true)]
    [InlineData(BgpMatchOperator.In, "10.1.0.0/24", false)]
    [InlineData(BgpMatchOperator.In, "10.0.0.0/8", false)]
    [InlineData(BgpMatchOperator.NotEqual, "10.0.0.0/16", false)]
    [InlineData(BgpMatchOperator.NotEqual, "10.0.1.0/24", true)]
    [InlineData(BgpMatchOperator.NotIn, "10.0.1.0/24", false)]
    [InlineData(BgpMatchOperator.NotIn, "10.1.0.0/24", true)]
    public void A_rule_matches_as_its_operator_says(BgpMatchOperator how, string prefix, bool isRejected)
    {
        var peer = Peer(new BgpFilterRule { Action = BgpFilterAction.Reject, Cidr = IPNetwork.Parse("10.0.0.0/16"), MatchOperator = how });

        Assert.Equal(!isRejected, Accepts(FilterPlan.Import(peer), prefix));
    }

    [Fact]
    public void A_range_of_lengths_narrows_the_prefix()
    {
        var peer = Peer(new BgpFilterRule
        {
            Action = BgpFilterAction.Reject,
            Cidr = IPNetwork.Parse("10.0.0.0/16"),
            MatchOperator = BgpMatchOperator.In,
            PrefixLength = new(24, 26),
        });

        Assert.True(Accepts(FilterPlan.Import(peer), "10.0.0.0/23"));
        Assert.False(Accepts(FilterPlan.Import(peer), "10.0.0.0/24"));
        Assert.False(Accepts(FilterPlan.Import(peer), "10.0.0.0/26"));
        Assert.True(Accepts(FilterPlan.Import(peer), "10.0.0.0/27"));
    }

    [Fact]
    public void The_first_rule_that_matches_decides_and_one_for_other_peers_has_no_part()
    {
        var peer = Peer(
            new BgpFilterRule { Action = BgpFilterAction.Reject, PeerType = BgpFilterPeerType.External },
            new BgpFilterRule { Action = BgpFilterAction.Accept, Cidr = IPNetwork.Parse("10.0.0.0/16"), MatchOperator = BgpMatchOperator.In },
            new BgpFilterRule { Action = BgpFilterAction.Reject });

        Assert.True(Accepts(FilterPlan.Import(peer), "10.0.1.0/24"));
        Assert.False(Accepts(FilterPlan.Import(peer), "10.1.0.0/24"));
        Assert.Empty(FilterPlan.Export(peer));
    }

    [Fact]
    public void Everything_that_a_rule_asks_for_and_does_is_in_the_policy()
    {
        var peer = Peer(new BgpFilterRule
        {
            Action = BgpFilterAction.Accept,
            Source = BgpFilterSource.RemotePeers,
            Interface = "eth*",
            PeerType = BgpFilterPeerType.External,
            Communities = new(["65000:100"]),
            AsPathPrefix = [new AsNumber(65001)],
            Priority = 1024,
            Operations =
            [
                new() { AddCommunity = new("65001:200") },
                new() { AddCommunity = new("65001:1:2") },
                new() { PrependASPath = new([new AsNumber(65000), new AsNumber(65009)]) },
                new() { SetPriority = new(256) },
            ],
        });

        var rule = Assert.Single(FilterPlan.Import(peer));

        Assert.Equal(
            new PolicyRule(PolicyAction.Accept)
            {
                Match = new()
                {
                    Origin = RouteOrigin.Peers,
                    PeerIsInternal = false,
                    Interface = "eth*",
                    Communities = [(65000u << 16) | 100],
                    AsPathPrefix = [65001],
                    LocalPreference = 2147482623,
                },
                Set = new()
                {
                    AddCommunities = [(65001u << 16) | 200],
                    AddLargeCommunities = [new(65001, 1, 2)],
                    Prepend = [65000, 65009],
                    LocalPreference = 2147483391,
                },
            },
            rule);
    }

    private static bool Accepts(ValueArray<PolicyRule> rules, string prefix) =>
        new RoutePolicy.Ordered(rules, Otherwise: true).Judge(new(new Prefix(IPNetwork.Parse(prefix)), null, RouteSource.Local, PeerIsInternal: true)).Accepts;

    private static BgpPeering Peer(params BgpFilterRule[] import) => new()
    {
        Name = "Global_10_0_0_9",
        Type = BgpPeeringType.Global,
        Address = IPAddress.Parse("10.0.0.9"),
        As = AsNumber.Default,
        LocalAs = AsNumber.Default,
        LocalAddress = null,
        Filters = [new("filter", new BgpFilterSpec { ImportV4 = import.ToValueList() })],
    };
}
