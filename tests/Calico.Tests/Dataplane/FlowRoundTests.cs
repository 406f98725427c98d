using System.Collections.Immutable;
using System.Net;
using Calico.Dataplane.Firewall;
using Calico.Model.Hosts;
using Calico.Model.Resources.Specs;
using Calico.Model.Values;
using Calico.Netlink.Conntracking;
using static Calico.Tests.Dataplane.HostStates;

namespace Calico.Tests.Dataplane;

public sealed class FlowRoundTests
{
    private static readonly RulesId Policy = new("GlobalNetworkPolicy", null, "p");

    [Fact]
    public void An_address_is_lost_with_its_endpoint_also_when_another_has_it_at_once()
    {
        var before = With(Endpoint("a", "10.0.0.1"), Endpoint("b", "10.0.0.2", "fd00::2"), Endpoint("c", "10.0.0.3"));
        var after = With(Endpoint("a", "10.0.0.1"), Endpoint("d", "10.0.0.2"), Endpoint("c", "10.0.0.4"));

        Assert.Equal(["10.0.0.2", "10.0.0.3", "fd00::2"], FlowRound.Lost(before, after).Select(address => address.ToString()).Order());
        Assert.Empty(FlowRound.Lost(after, after));
    }

    [Theory]
    [InlineData("10.0.0.9", "10.0.0.1", 80, false)] // allowed
    [InlineData("10.0.0.9", "10.0.0.1", 81, true)]
    [InlineData("192.168.0.1", "10.0.0.1", 81, false)] // the host itself is never judged
    [InlineData("10.0.0.1", "10.0.0.9", 81, false)] // sent by the endpoint, whose egress is open
    [InlineData("10.0.0.9", "10.0.0.8", 81, false)] // nobody's here
    public void A_connection_is_judged_by_the_policy_of_the_endpoint_that_it_goes_to(string from, string to, ushort port, bool isDenied)
    {
        var host = With(Endpoint("a", "10.0.0.1") with { Ingress = [new EndpointTier("default", [Policy], RuleAction.Deny)] })
            .WithRules(Policy, [new() { Action = RuleAction.Allow, Protocol = Protocol.Tcp, Destination = new() { Ports = [new(80)] } }]);
        var judgement = new FlowJudgement(host, new FirewallRendering().Render(host), ImmutableHashSet.Create(IPAddress.Parse("192.168.0.1")));
        var there = new FlowTuple(6, IPAddress.Parse(from), 1024, IPAddress.Parse(to), port);

        Assert.Equal(isDenied, judgement.IsDenied(new(there, new(6, there.Destination, port, there.Source, 1024))));
    }

    [Theory]
    [InlineData(8, false)]
    [InlineData(13, true)]
    public void A_ping_that_goes_on_is_judged_by_its_type(byte type, bool isDenied)
    {
        var host = With(Endpoint("a", "10.0.0.1") with { Ingress = [new EndpointTier("default", [Policy], RuleAction.Deny)] })
            .WithRules(Policy, [new() { Action = RuleAction.Allow, Protocol = Protocol.Icmp, Icmp = new() { Type = 8 } }]);
        var judgement = new FlowJudgement(host, new FirewallRendering().Render(host), ImmutableHashSet<IPAddress>.Empty);
        var there = new FlowTuple(1, IPAddress.Parse("10.0.0.9"), 0, IPAddress.Parse("10.0.0.1"), 0) { IcmpType = type, IcmpCode = 0 };

        Assert.Equal(isDenied, judgement.IsDenied(new(there, new(1, there.Destination, 0, there.Source, 0))));
    }
}
