using Calico.Bgp;

namespace Calico.Tests.Bgp;

/// <summary>RFC 9494: routes of a peer that does not come back, as a last resort.</summary>
public sealed class LongLivedTests
{
    [Fact]
    public async Task A_route_outlasts_the_restart_time_as_a_last_resort_for_peers_that_know_of_such()
    {
        await using var helper = new TestSpeaker("127.76.1.1", 65001);
        await using var gone = new TestSpeaker("127.76.1.2", 65002, new() { RestartTime = TimeSpan.FromSeconds(1) });
        await using var knows = new TestSpeaker("127.76.1.3", 65003);
        await using var knowsNot = new TestSpeaker("127.76.1.4", 65004);
        gone.Originate("10.2.0.0/26");
        gone.Peer(Lasting(gone.To(helper)));
        knows.Peer(Lasting(knows.To(helper)));
        knowsNot.Peer(knowsNot.To(helper));
        helper.Peer(Passive(helper.To(gone)), Passive(helper.To(knows)), helper.To(knowsNot) with { Passive = true });
        await knows.Learns("10.2.0.0/26");
        await knowsNot.Learns("10.2.0.0/26");

        await gone.StopAsync(keepRoutes: true);

        await knowsNot.Loses("10.2.0.0/26"); // the restart time is over
        Assert.True(helper.Routes.ContainsKey(System.Net.IPNetwork.Parse("10.2.0.0/26")));
        await Task.Delay(500, TestContext.Current.CancellationToken);
        Assert.True(knows.Routes.ContainsKey(System.Net.IPNetwork.Parse("10.2.0.0/26")));
        Assert.DoesNotContain(helper.Changes, change => change.Route is null);
        PeerConfiguration Passive(PeerConfiguration peer) => Lasting(peer) with { Passive = true };
        PeerConfiguration Lasting(PeerConfiguration peer) => peer with { LongLivedStaleTime = TimeSpan.FromHours(1) };
    }

    [Fact]
    public async Task Any_other_path_is_better_than_a_last_resort()
    {
        await using var helper = new TestSpeaker("127.76.2.1", 65001);
        await using var gone = new TestSpeaker("127.76.2.2", 65002, new() { RestartTime = TimeSpan.FromSeconds(1) });
        await using var other = new TestSpeaker("127.76.2.3", 65003);
        await using var beyond = new TestSpeaker("127.76.2.4", 65004);
        gone.Originate("10.2.0.0/26");
        beyond.Originate("10.2.0.0/26");
        beyond.Peer(beyond.To(other));
        other.Peer(other.To(beyond) with { Passive = true }, other.To(helper));
        gone.Peer(gone.To(helper) with { LongLivedStaleTime = TimeSpan.FromHours(1) });
        helper.Peer(
            helper.To(gone) with { Passive = true, LongLivedStaleTime = TimeSpan.FromHours(1) },
            helper.To(other) with { Passive = true });
        await helper.Learns("10.2.0.0/26", "127.76.2.2"); // the shorter path

        await gone.StopAsync(keepRoutes: true);

        await helper.Learns("10.2.0.0/26", "127.76.2.3");
        Assert.True(helper[gone]?.RoutesAreStale ?? false);
    }

    [Fact]
    public async Task Communities_of_our_own_prefixes_go_out_and_change_without_a_reset()
    {
        await using var left = new TestSpeaker("127.76.3.1", 65001);
        await using var right = new TestSpeaker("127.76.3.2", 65002);
        left.Originate("10.1.0.0/26", "10.2.0.0/26");
        left.Configure(c => c with { OriginCommunities = [new(System.Net.IPNetwork.Parse("10.1.0.0/16"), [65001u << 16 | 7], [(65001, 1, 2)])] });
        left.Peer(left.To(right) with { Passive = true });
        right.Peer(right.To(left));
        await right.Learns("10.1.0.0/26");
        Assert.Equal(["65001:7"], await CommunitiesAsync("10.1.0.0/26"));
        Assert.Empty(await CommunitiesAsync("10.2.0.0/26"));

        left.Configure(c => c with { OriginCommunities = [new(System.Net.IPNetwork.Parse("10.0.0.0/8"), [65001u << 16 | 8], [])] });

        for (var i = 0; i < 500 && (await CommunitiesAsync("10.2.0.0/26")).Count == 0; i++)
            await Task.Delay(10, TestContext.Current.CancellationToken);
        Assert.Equal(["65001:8"], await CommunitiesAsync("10.2.0.0/26"));
        Assert.Equal(1, right[left]?.TimesEstablished);

        async Task<IReadOnlyList<string>> CommunitiesAsync(string prefix)
        {
            var paths = await right.Speaker.ListAsync(new RouteQuery { Prefix = System.Net.IPNetwork.Parse(prefix) }, TestContext.Current.CancellationToken);
            return [.. paths.SelectMany(path => path.Communities)];
        }
    }
}
