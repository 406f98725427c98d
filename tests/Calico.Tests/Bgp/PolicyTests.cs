using System.Net;
using Calico.Bgp.Attributes;
using Calico.Bgp.Policy;
using Calico.Bgp.Routes;
using Calico.Bgp.Values;

namespace Calico.Tests.Bgp;

public sealed class PolicyTests
{
    private static readonly PathAttributes Route = new()
    {
        Origin = Origin.Igp,
        AsPath = AsPath.Empty.Prepend(7).Prepend(65001),
        NextHop = IPAddress.Parse("10.0.0.1"),
        Communities = [1, 2],
        LargeCommunities = [new(1, 2, 3)],
        LocalPreference = 50,
    };

    public static TheoryData<string> Matches => [.. Cases.Keys];

    private static Dictionary<string, (RouteMatch Matching, RouteMatch Other)> Cases => new()
    {
        ["prefix"] = (new() { Within = Network("10.0.0.0/8") }, new() { Within = Network("11.0.0.0/8") }),
        ["length"] = (new() { Within = Network("10.0.0.0/8"), MinLength = 26, MaxLength = 26 }, new() { Within = Network("10.0.0.0/8"), MaxLength = 25 }),
        ["outside"] = (new() { Within = Network("11.0.0.0/8"), IsOutside = true }, new() { Within = Network("10.0.0.0/8"), IsOutside = true }),
        ["source"] = (new() { Origin = RouteOrigin.Peers }, new() { Origin = RouteOrigin.Own }),
        ["peer type"] = (new() { PeerIsInternal = true }, new() { PeerIsInternal = false }),
        ["peer"] = (new() { FromPeer = "tor" }, new() { FromPeer = "other" }),
        ["communities"] = (new() { Communities = [2, 1] }, new() { Communities = [1, 3] }),
        ["large communities"] = (new() { LargeCommunities = [new(1, 2, 3)] }, new() { LargeCommunities = [new(1, 2, 4)] }),
        ["AS path"] = (new() { AsPathPrefix = [65001, 7] }, new() { AsPathPrefix = [65001, 7, 8] }),
        ["preference"] = (new() { LocalPreference = 50 }, new() { LocalPreference = 100 }),
    };

    [Theory]
    [MemberData(nameof(Matches))]
    public void A_rule_matches_by_each_of_its_conditions(string condition)
    {
        var (matching, other) = Cases[condition];

        Assert.True(Accepts(matching));
        Assert.False(Accepts(other));
    }

    [Fact]
    public void The_first_rule_that_decides_counts_and_changes_add_up()
    {
        var policy = new RoutePolicy.Ordered(
            [
                new(PolicyAction.Continue) { Match = new() { Communities = [1] }, Set = new() { AddCommunities = [9], Prepend = [5, 6] } },
                new(PolicyAction.Continue) { Match = new() { Communities = [9] }, Set = new() { LocalPreference = 1 } }, // sees the route as it came
                new(PolicyAction.Accept) { Set = new() { AddCommunities = [9, 2], MultiExitDiscriminator = 3 } },
                new(PolicyAction.Reject),
            ],
            Otherwise: false);
        var verdict = Judge(policy);

        Assert.True(verdict.Accepts);
        Assert.Equal(
            Route with { Communities = [1, 2, 9], AsPath = AsPath.Empty.Prepend(7).Prepend(65001).Prepend(6).Prepend(5), MultiExitDiscriminator = 3 },
            policy.Change(Route, verdict.Changes));
    }

    [Theory]
    [InlineData("eth*", "eth1", true)]
    [InlineData("*", "eth1", true)]
    [InlineData("e*1", "eth1", true)]
    [InlineData("eth", "eth1", false)]
    [InlineData("*", null, false)]
    public void A_route_is_known_by_the_interface_that_leads_to_its_next_hop(string pattern, string? leads, bool accepts)
    {
        var policy = new RoutePolicy.Ordered([new(PolicyAction.Accept) { Match = new() { Interface = pattern } }], Otherwise: false);
        var route = new JudgedRoute(new Prefix(Network("10.1.0.0/26")), Route, new RouteSource("tor"), PeerIsInternal: true, nextHop => nextHop.Equals(Route.NextHop) ? leads : "other");

        Assert.Equal(accepts, policy.Judge(route).Accepts);
        Assert.False(policy.Judge(route with { Source = RouteSource.Local }).Accepts);
    }

    [Fact]
    public void Communities_can_be_taken_off_before_others_are_added()
    {
        var policy = new RoutePolicy.Ordered([new(PolicyAction.Accept) { Set = new() { ClearsCommunities = true, AddCommunities = [7], AddLargeCommunities = [new(4, 5, 6)] } }], Otherwise: false);

        Assert.Equal(Route with { Communities = [7], LargeCommunities = [new(4, 5, 6)] }, policy.Change(Route, Judge(policy).Changes));
    }

    [Fact]
    public void What_no_rule_decides_gets_the_policys_last_word()
    {
        Assert.True(Judge(new RoutePolicy.Ordered([], Otherwise: true)).Accepts);
        Assert.False(Judge(new RoutePolicy.Ordered([new(PolicyAction.Continue)], Otherwise: false)).Accepts);
    }

    [Fact]
    public void More_changes_than_can_be_told_apart_are_refused() =>
        Assert.Throws<ArgumentException>(() => new RoutePolicy.Ordered(Enumerable.Repeat(new PolicyRule(PolicyAction.Accept) { Set = new() }, 65).ToValueArray(), Otherwise: false));

    private static bool Accepts(RouteMatch match) => Judge(new RoutePolicy.Ordered([new(PolicyAction.Accept) { Match = match }], Otherwise: false)).Accepts;

    private static PolicyVerdict Judge(RoutePolicy policy) =>
        policy.Judge(new(new Prefix(Network("10.1.0.0/26")), Route, new RouteSource("tor"), PeerIsInternal: true));

    private static IPNetwork Network(string text) => IPNetwork.Parse(text);
}
