using System.Net;
using Calico.Bgp;
using Calico.Bgp.Session;

namespace Calico.Tests.Bgp;

/// <summary>What a peer's configuration can ask for beyond a plain session, between two speakers over loopback.</summary>
public sealed class PeerFeatureTests
{
    [Fact]
    public async Task Two_with_the_same_password_talk_and_one_with_another_is_not_heard()
    {
        await using var left = new TestSpeaker("127.74.1.1");
        await using var right = new TestSpeaker("127.74.1.2");
        await using var wrong = new TestSpeaker("127.74.1.3");
        left.Peer(left.To(right) with { Password = "open sesame", Passive = true }, left.To(wrong) with { Password = "open sesame", Passive = true });
        wrong.Peer(wrong.To(left) with { Password = "open barley" });
        right.Peer(right.To(left) with { Password = "open sesame" });

        await right.EstablishedWith(left);

        Assert.NotEqual(SessionState.Established, left[wrong]?.State);
        Assert.Equal(0, left[wrong]?.TimesEstablished);
    }

    [Fact]
    public async Task A_password_that_both_sides_change_costs_no_session()
    {
        await using var left = new TestSpeaker("127.74.2.1");
        await using var right = new TestSpeaker("127.74.2.2");
        left.Peer(left.To(right) with { Password = "old", Passive = true });
        right.Peer(right.To(left) with { Password = "old" });
        await left.EstablishedWith(right);
        await right.EstablishedWith(left);

        left.Peer(left.To(right) with { Password = "new", Passive = true });
        right.Peer(right.To(left) with { Password = "new" });
        left.Originate("10.1.0.0/26");

        await right.Learns("10.1.0.0/26");
        Assert.Equal(1, left[right]?.TimesEstablished);
        Assert.Equal(1, right[left]?.TimesEstablished);
    }

    [Fact]
    public async Task Neighbours_on_the_link_talk_under_TTL_security()
    {
        await using var left = new TestSpeaker("127.74.3.1");
        await using var right = new TestSpeaker("127.74.3.2");
        left.Peer(left.To(right) with { TtlSecurity = 1, Passive = true });
        right.Peer(right.To(left) with { TtlSecurity = 1 });

        await left.EstablishedWith(right);
        await right.EstablishedWith(left);
    }

    [Fact]
    public async Task What_a_sender_from_afar_sends_is_not_taken_in_under_TTL_security()
    {
        await using var left = new TestSpeaker("127.74.4.1");
        await using var right = new TestSpeaker("127.74.4.2");
        left.Peer(left.To(right) with { TtlSecurity = 1, Passive = true });
        right.Peer(right.To(left) with { Ttl = 254 }); // as if through one router

        await TestSpeaker.Eventually(() => right[left]?.State == SessionState.Connect, () => $"{right[left]}");
        await Task.Delay(300, TestContext.Current.CancellationToken);
        Assert.Equal(0, left[right]?.TimesEstablished);

        left.Peer(left.To(right) with { TtlSecurity = 2, Passive = true });
        await left.EstablishedWith(right);
    }

    [Theory]
    [InlineData(PrefixLimitAction.Shut)]
    [InlineData(PrefixLimitAction.Restart)]
    public async Task More_routes_than_allowed_end_the_session_and_a_higher_limit_brings_it_back(PrefixLimitAction action)
    {
        await using var left = new TestSpeaker($"127.74.{5 + (int)action}.1");
        await using var right = new TestSpeaker($"127.74.{5 + (int)action}.2");
        right.Originate("10.1.0.0/26", "10.2.0.0/26", "10.3.0.0/26");
        left.Peer(left.To(right) with { Passive = true, Limit = new(2, action) { RestartAfter = TimeSpan.FromHours(1) } });
        right.Peer(right.To(left));

        await TestSpeaker.Eventually(() => left[right]?.LastError == "the peer sent 3 routes, 2 are allowed", () => $"{left[right]}");
        await TestSpeaker.Eventually(() => right[left]?.LastFailure?.Contains("maximum number of prefixes reached (6/1)", StringComparison.Ordinal) == true, () => $"{right[left]}");
        Assert.Equal(SessionState.Idle, left[right]?.State);
        await left.Loses("10.1.0.0/26");

        left.Peer(left.To(right) with { Passive = true, Limit = new(3, action) });
        await left.Learns("10.3.0.0/26");
    }

    [Fact]
    public async Task A_limit_that_warns_keeps_the_session()
    {
        await using var left = new TestSpeaker("127.74.9.1");
        await using var right = new TestSpeaker("127.74.9.2");
        right.Originate("10.1.0.0/26", "10.2.0.0/26", "10.3.0.0/26");
        left.Peer(left.To(right) with { Passive = true, Limit = new(2, PrefixLimitAction.Warn) });
        right.Peer(right.To(left));

        await left.Learns("10.1.0.0/26");
        await left.Learns("10.2.0.0/26");
        await left.Learns("10.3.0.0/26");
        Assert.Equal(SessionState.Established, left[right]?.State);
    }

    [Theory]
    [InlineData(BgpRole.Provider, BgpRole.Customer, true)]
    [InlineData(BgpRole.Peer, BgpRole.Peer, true)]
    [InlineData(BgpRole.RouteServer, BgpRole.RouteServerClient, true)]
    [InlineData(BgpRole.Provider, null, true)]
    [InlineData(BgpRole.Provider, BgpRole.Provider, false)]
    [InlineData(BgpRole.Customer, BgpRole.Peer, false)]
    public async Task Roles_must_belong_together_where_both_say_one(BgpRole ours, BgpRole? theirs, bool agree)
    {
        var number = 10 + (int)ours * 8 + (int)(theirs ?? (BgpRole)7);
        await using var left = new TestSpeaker($"127.74.{number}.1", 65001);
        await using var right = new TestSpeaker($"127.74.{number}.2", 65002);
        left.Peer(left.To(right) with { Role = ours, Passive = true });
        right.Peer(right.To(left) with { Role = theirs });

        if (agree)
            await left.EstablishedWith(right);
        else
            await TestSpeaker.Eventually(() => right[left]?.LastFailure?.Contains("role", StringComparison.Ordinal) == true, () => $"{right[left]}");
    }

    [Fact]
    public async Task A_strict_role_refuses_a_peer_that_says_none()
    {
        await using var left = new TestSpeaker("127.74.80.1", 65001);
        await using var right = new TestSpeaker("127.74.80.2", 65002);
        left.Peer(left.To(right) with { Role = BgpRole.Provider, StrictRole = true, Passive = true });
        right.Peer(right.To(left));

        await TestSpeaker.Eventually(() => left[right]?.LastError == "the peer says no role, and ours to it is Provider", () => $"{left[right]}");
    }

    [Fact]
    public async Task Whoever_connects_from_a_range_becomes_a_peer_up_to_the_limit()
    {
        await using var left = new TestSpeaker("127.74.81.1");
        await using var right = new TestSpeaker("127.74.81.2");
        await using var late = new TestSpeaker("127.74.81.3");
        right.Originate("10.2.0.0/26");
        left.Configure(c => c with { Ranges = [new("rack", IPNetwork.Parse("127.74.81.0/24"), left.To(left)) { Limit = 1 }] });
        right.Peer(right.To(left));
        await left.Learns("10.2.0.0/26", "127.74.81.2");
        Assert.True(left[right] is { Name: "rack-127.74.81.2", IsDynamic: true }, $"{left[right]}");

        late.Peer(late.To(left));
        await TestSpeaker.Eventually(() => late[left] is { LastError: not null }, () => $"{late[left]}");
        Assert.Single(left.Speaker.Peers);

        left.Configure(c => c with { Originated = [IPNetwork.Parse("10.1.0.0/26")] });
        await right.Learns("10.1.0.0/26");
        Assert.Equal(1, left[right]?.TimesEstablished);

        left.Configure(c => c with { Ranges = [] });
        await left.Loses("10.2.0.0/26");
        await TestSpeaker.Eventually(() => left.Speaker.Peers.Count == 0, () => string.Join('\n', left.Speaker.Peers));
    }

    [Fact]
    public async Task A_peer_that_is_shut_down_is_told_why_and_comes_back_when_it_is_not_any_more()
    {
        await using var left = new TestSpeaker("127.74.82.1");
        await using var right = new TestSpeaker("127.74.82.2");
        left.Peer(left.To(right) with { Passive = true });
        right.Peer(right.To(left));
        await right.EstablishedWith(left);

        left.Peer(left.To(right) with { Passive = true, Shutdown = "Wartung bis 3 Uhr: größer werden" });
        await TestSpeaker.Eventually(
            () => right[left]?.LastFailure == "the peer says: cease: administrative shutdown, \"Wartung bis 3 Uhr: größer werden\" (6/2)", () => $"{right[left]}");

        left.Peer(left.To(right) with { Passive = true });
        await right.EstablishedWith(left);
    }

    [Fact]
    public async Task A_route_with_our_own_as_is_taken_where_it_is_allowed()
    {
        await using var left = new TestSpeaker("127.74.83.1", 65001);
        await using var middle = new TestSpeaker("127.74.83.2", 65002);
        await using var right = new TestSpeaker("127.74.83.3", 65001);
        right.Originate("10.3.0.0/26");
        right.Peer(right.To(middle));
        middle.Peer(middle.To(left) with { Passive = true }, middle.To(right) with { Passive = true });
        left.Peer(left.To(middle));
        await TestSpeaker.Eventually(() => left[middle] is { RoutesReceived: 1 }, () => $"{left[middle]}");
        Assert.Empty(left.Routes);

        left.Peer(left.To(middle) with { AllowOwnAs = 1 });

        await left.Learns("10.3.0.0/26", "127.74.83.2");
        Assert.Equal(1, left[middle]?.TimesEstablished);
    }

    [Fact]
    public async Task What_both_sides_can_do_is_in_the_snapshot()
    {
        await using var left = new TestSpeaker("127.74.84.1");
        await using var right = new TestSpeaker("127.74.84.2");
        left.Peer(left.To(right) with { Passive = true, NotificationRestart = true });
        right.Peer(right.To(left) with { NotificationRestart = true, RestartTime = TimeSpan.FromSeconds(77) });
        await left.EstablishedWith(right);

        Assert.Equal(
            ["IPv4 unicast", "IPv6 unicast", "enhanced route refresh", "extended messages", "graceful restart 77 s", "routes outlast notifications"],
            left[right]?.Agreed ?? []);
        Assert.Equal(right.Address, left[right]?.Identifier);
    }
}
