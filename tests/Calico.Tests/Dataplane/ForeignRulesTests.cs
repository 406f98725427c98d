using System.Net;
using Calico.Dataplane.Paths;
using Calico.Model.Hosts;
using Calico.Model.Values;
using Calico.Netlink.Nftables;
using Calico.Netlink.Nftables.Expressions;

namespace Calico.Tests.Dataplane;

public sealed class ForeignRulesTests
{
    private static readonly Table Filter = new(NftFamily.IPv4, "filter");
    private static readonly Chain Forward = Chain.At(Filter, "FORWARD", new(Hook.Forward, 0));
    private static readonly Chain Closed = Chain.At(Filter, "FORWARD", new(Hook.Forward, 0, Drops: true));
    private static readonly Chain User = Chain.Regular(Filter, "USER");
    private static readonly PathPacket Packet = new(IPAddress.Parse("10.0.0.1"), IPAddress.Parse("10.0.0.2"), Protocol.Tcp, 80) { InterfaceIn = "calia", InterfaceOut = "eth0" };

    [Fact]
    public void A_drop_that_matches_stops_the_packet_and_names_the_rule()
    {
        var finding = Assert.Single(Follow([Forward], Drop(Forward, "no web", Payload.DestinationPort, Compare.Equal(NftValue.Port(80)))));

        Assert.Equal(PathEffect.Stops, finding.Effect);
        Assert.Equal("a rule of ip filter FORWARD drops it (handle 0, \"no web\")", finding.Text);
    }

    [Fact]
    public void A_drop_of_another_address_port_interface_or_state_does_nothing()
    {
        Assert.Empty(Follow(
            [Forward],
            Drop(Forward, null, Payload.DestinationPort, Compare.Equal(NftValue.Port(81))),
            Drop(Forward, null, Payload.SourceIPv4, Compare.Equal(NftValue.Address(IPAddress.Parse("10.0.0.9")))),
            Drop(Forward, null, Meta.InterfaceIn, Compare.NotEqual(NftValue.InterfacePrefix("cali"))),
            Drop(Forward, null, Payload.SourceIPv4, Bitwise.And(NftValue.Of([255, 255, 0, 0])), Compare.Equal(NftValue.Of([10, 1, 0, 0])))));
    }

    [Fact]
    public void A_policy_of_drop_stops_what_no_rule_accepts()
    {
        var accept = Rule.Create(User, [Meta.InterfaceIn, Compare.Equal(NftValue.InterfacePrefix("cali")), Verdict.Accept]);
        var jump = Rule.Create(Closed, [new Counter(), Verdict.Jump("USER")]);

        Assert.Empty(Follow([Closed, User], jump, accept));
        Assert.Equal(PathEffect.Stops, Assert.Single(Follow([Closed, User], jump)).Effect);
    }

    [Fact]
    public void Behind_a_rule_that_is_not_understood_a_drop_is_only_possible()
    {
        var unknown = Rule.Create(Closed, [new UnknownExpression("match", NftValue.Of([])), Verdict.Accept]);
        Assert.Equal(PathEffect.MayStop, Assert.Single(Follow([Closed], unknown)).Effect);

        var perhaps = Rule.Create(Forward, [new UnknownExpression("match", NftValue.Of([])), Verdict.Drop]);
        Assert.Equal(PathEffect.MayStop, Assert.Single(Follow([Forward], perhaps)).Effect);
    }

    [Fact]
    public void Chains_that_call_each_other_for_ever_come_to_an_end()
    {
        var circle = Rule.Create(User, [Verdict.Jump("USER")]);

        Assert.Empty(Follow([Forward, User], Rule.Create(Forward, [Verdict.Jump("USER")]), circle));
    }

    private static IReadOnlyList<PathFinding> Follow(Chain[] chains, params Rule[] rules) =>
        new ForeignRules(chains, rules.ToLookup(rule => rule.Chain), Packet).At(Hook.Forward);

    private static Rule Drop(Chain chain, string? comment, params Expression[] matches) => Rule.Create(chain, [.. matches, Verdict.Drop], comment);
}
