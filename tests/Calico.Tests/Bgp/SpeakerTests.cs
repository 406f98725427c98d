using System.Net;
using Calico.Bgp;
using Calico.Bgp.Policy;
using Calico.Bgp.Session;

namespace Calico.Tests.Bgp;

/// <summary>Speakers of one process that talk over loopback addresses.</summary>
public sealed class SpeakerTests
{
    [Fact]
    public async Task Two_that_dial_each_other_come_to_one_session_and_exchange_their_routes()
    {
        await using var left = new TestSpeaker("127.71.1.1");
        await using var right = new TestSpeaker("127.71.1.2");
        left.Originate("10.1.0.0/26", "fd00:1::/122");
        right.Originate("10.2.0.0/26");
        left.Peer(left.To(right));
        right.Peer(right.To(left));

        await left.EstablishedWith(right);
        await right.EstablishedWith(left);
        await right.Learns("10.1.0.0/26", "127.71.1.1");
        await right.Learns("fd00:1::/122", "2001:db8::1");
        await left.Learns("10.2.0.0/26", "127.71.1.2");
        await TestSpeaker.Eventually(() => right[left] is { RoutesReceived: 2, RoutesSent: 1, LastError: null }, () => $"{right[left]}");
    }

    [Fact]
    public async Task What_is_originated_later_or_no_more_is_told_at_once()
    {
        await using var left = new TestSpeaker("127.71.2.1");
        await using var right = new TestSpeaker("127.71.2.2");
        left.Peer(left.To(right) with { Passive = true });
        right.Peer(right.To(left));
        await left.EstablishedWith(right);
        var since = left[right]?.Since;

        left.Originate("10.1.0.0/26");
        await right.Learns("10.1.0.0/26");
        left.Originate("10.1.0.64/26");
        await right.Learns("10.1.0.64/26");
        await right.Loses("10.1.0.0/26");
        Assert.Equal(since, left[right]?.Since);
    }

    [Fact]
    public async Task Routes_of_an_internal_peer_reach_no_other_internal_peer_but_through_a_reflector()
    {
        await using var reflector = new TestSpeaker("127.71.3.1");
        await using var client = new TestSpeaker("127.71.3.2");
        await using var other = new TestSpeaker("127.71.3.3");
        client.Originate("10.2.0.0/26");
        client.Peer(client.To(reflector) with { Passive = true });
        other.Peer(other.To(reflector) with { Passive = true });
        reflector.Peer(reflector.To(client), reflector.To(other));
        await reflector.Learns("10.2.0.0/26");
        await other.EstablishedWith(reflector);
        Assert.Empty(other.Routes);

        reflector.Peer(reflector.To(client) with { RouteReflectorClient = true }, reflector.To(other));

        await other.Learns("10.2.0.0/26", "127.71.3.2");
        Assert.Empty(client.Routes); // never back to where it came from
    }

    [Fact]
    public async Task An_external_peer_hears_of_routes_with_our_as_and_our_address()
    {
        await using var inner = new TestSpeaker("127.71.4.1");
        await using var border = new TestSpeaker("127.71.4.2");
        await using var outer = new TestSpeaker("127.71.4.3", asNumber: 4200000001);
        inner.Originate("10.1.0.0/26");
        outer.Originate("10.3.0.0/16");
        inner.Peer(inner.To(border) with { Passive = true });
        outer.Peer(outer.To(border) with { Passive = true });
        border.Peer(border.To(inner), border.To(outer));

        await outer.Learns("10.1.0.0/26", "127.71.4.2");
        await inner.Learns("10.3.0.0/16", "127.71.4.3");

        border.Peer(border.To(inner) with { NextHop = NextHopRule.Self }, border.To(outer));
        await inner.Learns("10.3.0.0/16", "127.71.4.2");
    }

    [Fact]
    public async Task A_policy_that_changes_judges_known_routes_anew_and_leaves_the_session_alone()
    {
        await using var left = new TestSpeaker("127.71.5.1");
        await using var right = new TestSpeaker("127.71.5.2");
        left.Originate("10.1.0.0/26", "172.16.0.0/16");
        left.Peer(left.To(right) with { Passive = true });
        right.Peer(right.To(left) with { Import = RoutePolicy.RejectAll });
        await TestSpeaker.Eventually(() => right.Speaker.Peers is [{ RoutesReceived: 2 }], () => "nothing received");
        Assert.Empty(right.Routes);
        var since = right[left]?.Since;

        right.Peer(right.To(left) with { Import = new RoutePolicy.Prefixes([new(IPNetwork.Parse("10.0.0.0/8"), Accept: true)], Otherwise: false) });
        await right.Learns("10.1.0.0/26");
        Assert.Single(right.Routes);

        left.Peer(left.To(right) with { Passive = true, Export = RoutePolicy.RejectAll });
        await right.Loses("10.1.0.0/26");
        Assert.Equal(since, right[left]?.Since);
    }

    [Fact]
    public async Task Equally_good_paths_are_all_in_the_route()
    {
        await using var center = new TestSpeaker("127.71.6.1");
        await using var left = new TestSpeaker("127.71.6.2");
        await using var right = new TestSpeaker("127.71.6.3");
        left.Originate("10.9.0.0/26");
        right.Originate("10.9.0.0/26");
        left.Peer(left.To(center) with { Passive = true });
        right.Peer(right.To(center) with { Passive = true });
        center.Peer(center.To(left), center.To(right));

        await center.Learns("10.9.0.0/26", "127.71.6.2", "127.71.6.3");
        await left.StopAsync(keepRoutes: false);
        await center.Learns("10.9.0.0/26", "127.71.6.3");
    }

    [Fact]
    public async Task A_peer_with_another_as_is_refused_and_the_reason_is_told()
    {
        await using var left = new TestSpeaker("127.71.7.1");
        await using var right = new TestSpeaker("127.71.7.2", asNumber: 64513);
        left.Peer(left.To("127.71.7.2", asNumber: 64512));
        right.Peer(right.To(left) with { Passive = true });

        await TestSpeaker.Eventually(() => left[right]?.LastError is "the peer uses AS 64513, expected 64512", () => $"{left[right]}");
        await TestSpeaker.Eventually(() => right[left]?.LastError is "the peer says: OPEN refused: bad peer AS (2/2)", () => $"{right[left]}");
        Assert.NotEqual(SessionState.Established, left[right]?.State);
    }

    [Fact]
    public async Task A_peer_that_is_added_or_removed_touches_no_other()
    {
        await using var left = new TestSpeaker("127.71.8.1");
        await using var right = new TestSpeaker("127.71.8.2");
        await using var third = new TestSpeaker("127.71.8.3");
        third.Originate("10.3.0.0/26");
        right.Peer(right.To(left) with { Passive = true });
        third.Peer(third.To(left) with { Passive = true });
        left.Peer(left.To(right));
        await left.EstablishedWith(right);
        var since = left[right]?.Since;

        left.Peer(left.To(right), left.To(third));
        await left.Learns("10.3.0.0/26");
        left.Peer(left.To(right));
        await left.Loses("10.3.0.0/26");
        await TestSpeaker.Eventually(() => third[left]?.LastError is "the peer says: cease: peer de-configured (6/3)", () => $"{third[left]}");
        Assert.Equal(since, left[right]?.Since);
    }

    [Fact]
    public void A_configuration_that_contradicts_itself_is_refused_in_words()
    {
        var speaker = new TestSpeaker("127.71.9.1");
        var peer = speaker.To("127.71.9.2");

        Assert.Contains("each its own", Assert.Throws<ArgumentException>(() => speaker.Peer(peer, peer)).Message, StringComparison.Ordinal);
        Assert.Contains("hold time", Assert.Throws<ArgumentException>(() => speaker.Peer(peer with { HoldTime = TimeSpan.FromSeconds(2) })).Message, StringComparison.Ordinal);
    }
}
