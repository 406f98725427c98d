using System.Collections.Immutable;
using System.Net;
using Calico.Dataplane.Firewall;
using Calico.Model.Hosts;
using Calico.Model.Resources.Specs;
using Calico.Model.Values;
using Calico.Netlink.Conntracking;
using Calico.Tests.Support;
using static Calico.Tests.Dataplane.HostStates;

namespace Calico.Tests.Dataplane;

public sealed class FlowRoundTests
{
    private static readonly RulesId Policy = new("GlobalNetworkPolicy", null, "p");

    private readonly SettableTime _time = new();

    [Fact]
    public void An_address_departs_with_its_endpoint_and_is_due_at_once_when_another_has_it()
    {
        var before = With(Endpoint("a", "10.0.0.1"), Endpoint("b", "10.0.0.2", "fd00::2"), Endpoint("c", "10.0.0.3"));
        var after = With(Endpoint("a", "10.0.0.1"), Endpoint("d", "10.0.0.2"), Endpoint("c", "10.0.0.4"));
        var departed = new DepartedAddresses(_time);

        departed.Note(before, after);

        Assert.Equal(["10.0.0.2", "10.0.0.3", "fd00::2"], departed.All.Select(address => address.ToString()).Order());
        Assert.True(departed.AreDue);
        departed.Clear();
        departed.Note(after, after);
        Assert.Empty(departed.All);
        Assert.False(departed.AreDue);
    }

    [Fact]
    public void Departed_addresses_of_a_second_are_due_together()
    {
        HostState both = With(Endpoint("a", "10.0.0.1"), Endpoint("b", "10.0.0.2")), one = With(Endpoint("b", "10.0.0.2")), none = With();
        var departed = new DepartedAddresses(_time);

        departed.Note(both, one);
        _time.Advance(TimeSpan.FromMilliseconds(900));
        departed.Note(one, none);
        Assert.False(departed.AreDue);
        Assert.Equal(TimeSpan.FromMilliseconds(100), departed.Left);
        _time.Advance(TimeSpan.FromMilliseconds(100));

        Assert.True(departed.AreDue);
        Assert.Equal(2, departed.All.Count);
    }

    [Fact]
    public void A_departed_address_is_due_when_an_endpoint_comes_to_have_it()
    {
        HostState before = With(Endpoint("a", "10.0.0.1")), none = With(), after = With(Endpoint("b", "10.0.0.1"));
        var departed = new DepartedAddresses(_time);

        departed.Note(before, none);
        Assert.False(departed.AreDue);
        departed.Note(none, after);

        Assert.True(departed.AreDue);
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
