using System.Net;
using Calico.Dataplane.Firewall;
using Calico.Model.Hosts;
using Calico.Model.Resources.Specs;
using Calico.Model.Values;
using static Calico.Tests.Dataplane.HostStates;

namespace Calico.Tests.Dataplane;

/// <summary>What the host does for workloads beside policy: names, published ports, several interfaces.</summary>
public sealed class HostServiceRenderingTests
{
    [Fact]
    public void Queries_of_workloads_go_to_the_resolver_but_for_those_to_servers_that_are_workloads()
    {
        var table = new FirewallRendering(names: 9353).Render(With(Endpoint("a", "10.0.0.1") with { AsksNames = true }) with { Blocks = [IPNetwork.Parse("10.0.0.0/26"), IPNetwork.Parse("fd00::/122")] });

        Assert.Equal(
            [
                "th dport != 53 accept",
                "iifname != \"cali*\" accept",
                "meta nfproto ipv4 meta l4proto 17 th dport 53 ip daddr != @blocks4 tproxy ip to :9353 meta mark set captured accept",
                "meta nfproto ipv4 meta l4proto 6 th dport 53 ip daddr != @blocks4 tproxy ip to :9353 meta mark set captured accept",
                "meta nfproto ipv6 meta l4proto 17 th dport 53 ip6 daddr != @blocks6 tproxy ip6 to :9353 meta mark set captured accept",
                "meta nfproto ipv6 meta l4proto 6 th dport 53 ip6 daddr != @blocks6 tproxy ip6 to :9353 meta mark set captured accept",
            ],
            Rules(table, "names"));
        Assert.Single(table.Sets[TableNames.Blocks(4)].Elements);
        Assert.DoesNotContain("names", new FirewallRendering().Render(With(Endpoint("a", "10.0.0.1") with { AsksNames = true })).Chains.Keys);
        Assert.DoesNotContain("names", new FirewallRendering(names: 9353).Render(With(Endpoint("a", "10.0.0.1"))).Chains.Keys);
    }

    [Fact]
    public void With_the_action_drop_towards_the_host_the_resolver_is_asked_all_the_same()
    {
        var host = With() with { Settings = HostSettings.Default with { EndpointToHostAction = EndpointToHostAction.Drop } };

        Assert.Equal("meta mark captured accept", Rules(new FirewallRendering(names: 9353).Render(host), "input-to-host")[^2]);
        Assert.DoesNotContain("meta mark captured accept", Rules(new FirewallRendering().Render(host), "input-to-host"));
    }

    [Fact]
    public void A_published_port_is_translated_for_what_comes_and_for_the_host_itself_in_the_families_that_both_have()
    {
        var endpoint = Endpoint("a", "10.0.0.1", "fd00::1") with
        {
            Published = [new(Protocol.Tcp, HostAddress: null, 8080, 80), new(Protocol.Udp, IPAddress.Parse("192.0.2.1"), 53, 5353)],
        };

        var table = new FirewallRendering().Render(With(endpoint));

        string[] rules =
        [
            "meta nfproto ipv4 meta l4proto 6 fib daddr type local th dport 8080 counter dnat to 10.0.0.1:80",
            "meta nfproto ipv6 meta l4proto 6 fib daddr type local th dport 8080 counter dnat to [fd00::1]:80",
            "meta nfproto ipv4 meta l4proto 17 ip daddr 192.0.2.1/32 th dport 53 counter dnat to 10.0.0.1:5353",
        ];
        Assert.Equal(rules, Rules(table, "published"));
        Assert.Equal(rules, Rules(table, "published-here"));
        Assert.Equal("iifname \"cali*\" meta nfproto ipv4 ip daddr 127.0.0.0/8 counter drop", Rules(table, "loopback")[0]);
        Assert.DoesNotContain("published", new FirewallRendering().Render(With(Endpoint("a", "10.0.0.1"))).Chains.Keys);
    }

    [Fact]
    public void A_workload_with_several_interfaces_answers_from_any_of_its_addresses_by_any_of_them_and_from_no_other()
    {
        var (one, other) = (Endpoint("a", "10.0.0.1") with { Siblings = [HostPrefix("10.0.0.2")] }, Endpoint("b", "10.0.0.2") with { Siblings = [HostPrefix("10.0.0.1")] });

        var table = new FirewallRendering().Render(With(one, other, Endpoint("c", "10.0.0.3")));

        foreach (var chain in (string[])["forward", "input"])
        {
            Assert.Equal(
                [
                    "iifname \"calia\" meta nfproto ipv4 iifname . ip saddr != @replies4 counter drop",
                    "iifname \"calib\" meta nfproto ipv4 iifname . ip saddr != @replies4 counter drop",
                    "ct state established,related accept",
                ],
                Rules(table, chain).Take(3));
        }

        Assert.Equal(4, table.Sets[TableNames.Replies].Elements.Count);
        Assert.Equal(3, table.Sets[TableNames.Sources(4)].Elements.Count);
    }

    private static List<string> Rules(FirewallTable table, string chain) => [.. table.Chains[chain].Rules.Select(rule => rule.ToString())];
}
