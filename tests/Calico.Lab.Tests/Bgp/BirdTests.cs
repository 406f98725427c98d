using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Calico.Bgp;
using Calico.Bgp.Policy;
using Calico.Bgp.Session;
using Calico.Bgp.Values;
using Calico.Lab.Tests.Netlink;
using Microsoft.Extensions.Logging.Abstractions;

namespace Calico.Lab.Tests.Bgp;

/// <summary>Our speaker and BIRD 2, each in a namespace of its own, joined by a veth pair.</summary>
public sealed class BirdTests : IAsyncLifetime
{
    private const uint OurAs = 64512;

    private readonly FreshNamespace _ours = new();
    private readonly FreshNamespace _theirs = new();
    private readonly ConcurrentDictionary<IPNetwork, BestRoute> _routes = [];
    private readonly ConcurrentQueue<RouteChange> _changes = [];
    private readonly List<(BgpSpeaker Speaker, Task Running)> _speakers = [];
    private BirdRouter? _bird;

    public ValueTask InitializeAsync()
    {
        _ours.Wire("eth0", _theirs, "eth0");
        foreach (var (host, number) in new[] { (_ours, 1), (_theirs, 2) })
        {
            host.Run("/usr/sbin/ip", "link", "set", "lo", "up");
            host.Run("/usr/sbin/ip", "address", "add", $"10.99.0.{number}/24", "dev", "eth0");
            host.Run("/usr/sbin/ip", "address", "add", $"fd99::{number}/64", "dev", "eth0", "nodad");
        }

        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var (speaker, running) in _speakers)
        {
            _ = speaker.StopAsync(keepRoutes: false);
            await running;
        }

        _bird?.Dispose();
        _ours.Dispose();
        _theirs.Dispose();
    }

    [Theory]
    [InlineData(64512, true)]
    [InlineData(64512, false)]
    [InlineData(65001, true)]
    [InlineData(4200000001, false)]
    public async Task Routes_of_both_families_go_both_ways_whoever_dials(uint theirAs, bool wePassive)
    {
        _bird = new(_theirs, BirdConfiguration(theirAs, passive: !wePassive));
        var speaker = Start(new(), theirAs, wePassive);

        await Learned("10.50.0.0/24", "10.99.0.2");
        await Learned("fd50::/64", "fd99::2");
        await BirdShows("route 10.60.0.0/26 all", "BGP.next_hop: 10.99.0.1", theirAs == OurAs ? "BGP.local_pref: 100" : $"BGP.as_path: {OurAs}");
        await BirdShows("route fd60::/122 all", "BGP.next_hop: fd99::1");
        Assert.All(speaker.Peers, peer => Assert.True(peer is { State: SessionState.Established, LastError: null, RoutesReceived: 1 }, $"{peer}"));

        speaker.Configure(Configuration(theirAs, wePassive) with { Originated = [] });
        await Eventually(() => !_bird.Show("route").Contains("10.60.0.0/26", StringComparison.Ordinal), () => _bird.Show("route"));
    }

    [Fact]
    public async Task When_bird_is_killed_and_comes_back_its_routes_never_leave()
    {
        _bird = new(_theirs, BirdConfiguration(OurAs, passive: false));
        var speaker = Start(new(), OurAs, passive: true);
        await Learned("10.50.0.0/24", "10.99.0.2");
        await Learned("fd50::/64", "fd99::2");

        _bird.Kill();
        await Eventually(() => speaker.Peers.All(peer => peer.RoutesAreStale), () => string.Join('\n', speaker.Peers));
        _bird.Start(recovering: true);

        await Eventually(() => speaker.Peers.All(peer => peer is { State: SessionState.Established, RoutesAreStale: false }), () => string.Join('\n', speaker.Peers));
        Assert.DoesNotContain(_changes, change => change.Route is null);
        Assert.Equal(2, _routes.Count);
    }

    [Fact]
    public async Task When_we_restart_bird_keeps_our_routes()
    {
        _bird = new(_theirs, BirdConfiguration(OurAs, passive: false));
        var first = Start(new(), OurAs, passive: true);
        await BirdShows("route 10.60.0.0/26", "10.60.0.0/26");
        await BirdShows("route fd60::/122", "fd60::/122");
        await Learned("10.50.0.0/24", "10.99.0.2");
        await Learned("fd50::/64", "fd99::2");

        await first.StopAsync(keepRoutes: true); // for the peer the same as a kill: TCP ends without a NOTIFICATION
        await Eventually(() => !_bird.Show("protocols").Contains("Established", StringComparison.Ordinal), () => _bird.Show("protocols"));
        Assert.Contains("10.60.0.0/26", _bird.Show("route"), StringComparison.Ordinal);

        var second = Start(new() { Restarting = true, ForwardingPreserved = true }, OurAs, passive: true);
        var restarted = second.RestartCompleted;
        while (!restarted.IsCompleted)
        {
            Assert.Contains("10.60.0.0/26", _bird.Show("route"), StringComparison.Ordinal);
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }

        await Eventually(() => second.Peers.All(peer => peer.State == SessionState.Established), () => string.Join('\n', second.Peers));
        Assert.Contains("10.60.0.0/26", _bird.Show("route"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task When_we_stop_for_good_bird_drops_our_routes()
    {
        _bird = new(_theirs, BirdConfiguration(OurAs, passive: false));
        var speaker = Start(new(), OurAs, passive: true);
        await BirdShows("route 10.60.0.0/26", "10.60.0.0/26");

        await speaker.StopAsync(keepRoutes: false);

        await Eventually(() => !_bird.Show("route").Contains("10.60.0.0/26", StringComparison.Ordinal), () => _bird.Show("route"));
        Assert.Contains("Administrative shutdown", _bird.Show("protocols all"), StringComparison.OrdinalIgnoreCase);
    }

    private BgpSpeaker Start(SpeakerOptions options, uint theirAs, bool passive)
    {
        var speaker = new BgpSpeaker(
            options with { OpenSocket = family => _ours.Network.Run(() => new Socket(family, SocketType.Stream, ProtocolType.Tcp)) },
            TimeProvider.System,
            NullLogger<BgpSpeaker>.Instance);
        speaker.Configure(Configuration(theirAs, passive));
        _speakers.Add((speaker, Task.WhenAll(speaker.RunAsync(CancellationToken.None), ReadAsync(speaker))));
        return speaker;
    }

    private async Task ReadAsync(BgpSpeaker speaker)
    {
        await foreach (var change in speaker.Routes.ReadAllAsync(TestContext.Current.CancellationToken))
        {
            _changes.Enqueue(change);
            if (change.Route is { } route)
                _routes[change.Prefix] = route;
            else
                _routes.TryRemove(change.Prefix, out _);
        }
    }

    private static SpeakerConfiguration Configuration(uint theirAs, bool passive) => new()
    {
        LocalAs = OurAs,
        RouterId = IPAddress.Parse("10.99.0.1"),
        Originated = [IPNetwork.Parse("10.60.0.0/26"), IPNetwork.Parse("fd60::/122")],
        Peers = new[] { ("10.99.0", Family.IPv4Unicast), ("fd99:", Family.IPv6Unicast) }.Select(peer => new PeerConfiguration
        {
            Name = $"{peer.Item2}",
            Address = IPAddress.Parse(peer.Item1 + (peer.Item2 == Family.IPv4Unicast ? ".2" : ":2")),
            LocalAddress = IPAddress.Parse(peer.Item1 + (peer.Item2 == Family.IPv4Unicast ? ".1" : ":1")),
            As = theirAs,
            Passive = passive,
            Import = RoutePolicy.AcceptAll,
            Export = RoutePolicy.AcceptAll,
        }).ToValueArray(),
    };

    private static string BirdConfiguration(uint theirAs, bool passive) => $$"""
        router id 10.99.0.2;
        protocol device { }
        protocol static { ipv4; route 10.50.0.0/24 blackhole; }
        protocol static { ipv6; route fd50::/64 blackhole; }
        template bgp calico {
            local as {{theirAs}};
            multihop;
            connect retry time 1;
            connect delay time 1;
            error wait time 1, 2;
            graceful restart on;
            {{(passive ? "passive;" : "")}}
        }
        protocol bgp four from calico {
            source address 10.99.0.2;
            neighbor 10.99.0.1 as {{OurAs}};
            ipv4 { import all; export where source = RTS_STATIC; };
        }
        protocol bgp six from calico {
            source address fd99::2;
            neighbor fd99::1 as {{OurAs}};
            ipv6 { import all; export where source = RTS_STATIC; };
        }
        """;

    private Task Learned(string prefix, string nextHop) => Eventually(
        () => _routes.TryGetValue(IPNetwork.Parse(prefix), out var route) && route.NextHops is [var hop] && hop.ToString() == nextHop,
        () => $"no route to {prefix} via {nextHop}: {string.Join("; ", _routes)}\n{string.Join('\n', _speakers[^1].Speaker.Peers)}\n{_bird?.Show("protocols all")}");

    private Task BirdShows(string what, params string[] expected) => Eventually(
        () => _bird is not null && expected.All(_bird.Show(what).Contains),
        () => $"BIRD shows {_bird?.Show(what)}\n{_bird?.Show("protocols all")}");

    private static async Task Eventually(Func<bool> condition, Func<string> otherwise)
    {
        for (var i = 0; i < 600; i++)
        {
            if (condition())
                return;
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }

        Assert.Fail(otherwise());
    }
}
