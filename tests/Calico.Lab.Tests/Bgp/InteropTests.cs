using Calico.Bgp.Session;
using Calico.Bgp.Values;

namespace Calico.Lab.Tests.Bgp;

/// <summary>The same questions to our speaker and each router of another project, of this Debian and of the next.</summary>
public sealed class InteropTests : IAsyncLifetime
{
    private const string Theirs = "10.50.0.0/24", TheirsIPv6 = "fd50::/64", Ours = "10.60.0.0/26", OursIPv6 = "fd60::/122";

    private readonly SpeakerHost _host = new();
    private ForeignRouter? _router;

    public static TheoryData<string, string> Routers => new() { { "bird", "machine" }, { "frr", "machine" }, { "gobgp", "machine" }, { "bird", "trixie" }, { "frr", "trixie" }, { "gobgp", "trixie" } };

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        _router?.Dispose();
        await _host.DisposeAsync();
    }

    [Theory]
    [MemberData(nameof(Routers))]
    public async Task Internal_routes_of_both_families_go_both_ways_when_we_wait(string kind, string suite) => await BothFamilies(kind, suite, SpeakerHost.OurAs, wePassive: true);

    [Theory]
    [MemberData(nameof(Routers))]
    public async Task External_routes_of_both_families_go_both_ways_when_we_dial(string kind, string suite) => await BothFamilies(kind, suite, 4_200_000_001, wePassive: false);

    /// <summary>GoBGP is told its routes anew after a start, and so has none to restart with.</summary>
    [Theory]
    [MemberData(nameof(TrafficTests.Forwarders), MemberType = typeof(TrafficTests))]
    public async Task When_it_is_killed_and_comes_back_its_routes_never_leave(string kind, string suite)
    {
        var router = Start(kind, suite, new() { As = 65001 });
        _host.Start(SpeakerHost.With(SpeakerHost.Neighbour(65001)));
        await _host.Learned(Theirs);
        await router.Learned(Ours);

        router.Kill();
        await SpeakerHost.Eventually(() => _host.Peer.RoutesAreStale, () => $"{_host.Peer}");
        router.Restart();

        await SpeakerHost.Eventually(() => _host.Peer is { State: SessionState.Established, RoutesAreStale: false }, () => $"{_host.Peer}\n{router.Everything}");
        Assert.Empty(_host.Lost);
        Assert.Contains(_host.Routes.Keys, prefix => $"{prefix}" == Theirs);
        // Both sides call at once, and the session may move from one connection to the other; it ends but once.
        Assert.Single(_host.Log.Lines, line => line.Contains("is over", StringComparison.Ordinal) && !line.Contains("collided", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Routers))]
    public async Task When_we_are_killed_and_come_back_it_keeps_our_routes(string kind, string suite)
    {
        var router = Start(kind, suite, new() { As = 65001 });
        _host.Start(SpeakerHost.With(SpeakerHost.Neighbour(65001)));
        await _host.Learned(Theirs);
        await router.Learned(Ours);

        await _host.KillAsync();
        await SpeakerHost.Eventually(() => router.HasLostItsPeer, () => router.Everything);
        _host.Start(SpeakerHost.With(SpeakerHost.Neighbour(65001)), new() { Restarting = true, ForwardingPreserved = true });
        while (!_host.Speaker.RestartCompleted.IsCompleted)
        {
            Assert.True(router.Has(Ours), router.Everything);
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }

        await _host.Established();
        Assert.True(router.Has(Ours), router.Everything);
    }

    [Theory]
    [MemberData(nameof(Routers))]
    public async Task When_we_stop_for_good_it_drops_our_routes(string kind, string suite)
    {
        var router = Start(kind, suite, new() { As = 65001 });
        _host.Start(SpeakerHost.With(SpeakerHost.Neighbour(65001)));
        await router.Learned(Ours);

        await _host.Speaker.StopAsync(keepRoutes: false);

        await router.Lost(Ours);
    }

    [Theory]
    [MemberData(nameof(Routers))]
    public async Task Another_password_is_not_heard_until_it_is_put_right(string kind, string suite)
    {
        Start(kind, suite, new() { As = 65001, Password = "sesame" });
        _host.Start(SpeakerHost.With(SpeakerHost.Neighbour(65001) with { Password = "barley" }));
        await Task.Delay(2500, TestContext.Current.CancellationToken); // both try once a second
        Assert.Equal(0, _host.Peer.TimesEstablished);

        _host.Speaker.Configure(SpeakerHost.With(SpeakerHost.Neighbour(65001) with { Password = "sesame" }));

        await _host.Learned(Theirs);
    }

    [Theory]
    [MemberData(nameof(Routers))]
    public async Task Both_families_go_over_an_IPv4_session(string kind, string suite) => await OverOne(kind, suite, isIPv6: false);

    [Theory]
    [MemberData(nameof(Routers))]
    public async Task Both_families_go_over_an_IPv6_session(string kind, string suite) => await OverOne(kind, suite, isIPv6: true);

    [Theory]
    [InlineData("frr", "machine")]
    [InlineData("frr", "trixie")]
    [InlineData("bird", "trixie")]
    public async Task BFD_notices_that_the_wire_is_cut_and_comes_back(string kind, string suite)
    {
        var router = Start(kind, suite, new() { As = 65001, Bfd = true });
        _host.Start(SpeakerHost.With(SpeakerHost.Neighbour(65001) with { Bfd = new(TimeSpan.FromMilliseconds(100), 3) }));
        await _host.Learned(Theirs);
        await SpeakerHost.Eventually(() => _host.Peer.Bfd == "Up", () => $"{_host.Peer}\n{router.Everything}");

        // One side alone: our interface stays up, so that only BFD can tell.
        _host.Theirs.Run("/usr/sbin/nft", "add table inet cut; add chain inet cut out { type filter hook output priority 0; policy drop; }");
        await _host.Gone(Theirs);
        Assert.Contains("BFD hears nothing from the peer for 3 times 100 ms", _host.Peer.LastFailure, StringComparison.Ordinal);

        _host.Theirs.Run("/usr/sbin/nft", "delete table inet cut");
        await _host.Learned(Theirs);
    }

    private async Task BothFamilies(string kind, string suite, uint theirAs, bool wePassive)
    {
        var router = Start(kind, suite, new() { As = theirAs, Peers = ["10.99.0.1", "fd99::1"], Announced = [Theirs, TheirsIPv6], Passive = !wePassive });
        var configuration = SpeakerHost.With(
            SpeakerHost.Neighbour(theirAs) with { Passive = wePassive, Families = [Family.IPv4Unicast] },
            SpeakerHost.Neighbour(theirAs, isIPv6: true) with { Passive = wePassive, Families = [Family.IPv6Unicast], Name = "neighbour6" });
        configuration = configuration with { Originated = [Network(Ours), Network(OursIPv6)] };
        _host.Start(configuration);

        await _host.Learned(Theirs);
        await _host.Learned(TheirsIPv6);
        await router.Learned(Ours, "10.99.0.1");
        await router.Learned(OursIPv6, "fd99::1");
        Assert.All(_host.Speaker.Peers, peer => Assert.True(peer is { State: SessionState.Established, LastError: null, RoutesReceived: >= 1 }, $"{peer}")); // FRR tells us our own route too

        _host.Speaker.Configure(configuration with { Originated = [Network(OursIPv6)] });
        await router.Lost(Ours);
        Assert.True(router.Has(OursIPv6));
    }

    private async Task OverOne(string kind, string suite, bool isIPv6)
    {
        var router = Start(kind, suite, new() { As = 65001, Peers = [isIPv6 ? "fd99::1" : "10.99.0.1"], Announced = [Theirs, TheirsIPv6], OtherFamily = true });
        _host.Start(SpeakerHost.With(SpeakerHost.Neighbour(65001, isIPv6)) with { Originated = [Network(Ours), Network(OursIPv6)] });

        await _host.Learned(Theirs);
        await _host.Learned(TheirsIPv6);
        await router.Learned(Ours, isIPv6 ? "fd99::1" : "10.99.0.1"); // RFC 8950
        await router.Learned(OursIPv6, "fd99::1");
    }

    private static System.Net.IPNetwork Network(string prefix) => System.Net.IPNetwork.Parse(prefix);

    private ForeignRouter Start(string kind, string suite, RouterWish wish) => _router = ForeignRouter.Start(kind, suite, _host.Theirs, wish);
}
