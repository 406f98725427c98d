using System.Diagnostics;
using Calico.Lab.Tests.Netlink;
using Calico.Lab.Tests.Support;

namespace Calico.Lab.Tests.Bgp;

/// <summary>calico-bgpd and a router of another project, each forwarding by what it learned of the other, while packets flow.</summary>
public sealed class TrafficTests : IDisposable
{
    private const string Near = "10.60.0.1", Far = "10.50.0.1", Ours = "10.60.0.0/26", Theirs = "10.50.0.0/24";

    private readonly FreshNamespace _host = new();
    private readonly FreshNamespace _rack = new();
    private readonly List<IDisposable> _made = [];
    private ForeignRouter? _router;
    private OurRouter? _us;

    public TrafficTests()
    {
        _host.Wire("eth0", _rack, "eth0");
        foreach (var (name, number, inside) in new[] { (_host, 1, Near), (_rack, 2, Far) })
        {
            name.Run("/usr/sbin/ip", "link", "set", "lo", "up");
            name.Run("/usr/sbin/ip", "address", "add", $"10.99.0.{number}/24", "dev", "eth0");
            name.Run("/usr/sbin/ip", "address", "add", $"{inside}/32", "dev", "lo");
        }
    }

    public static TheoryData<string, string> Forwarders => new() { { "bird", "machine" }, { "frr", "machine" }, { "bird", "trixie" }, { "frr", "trixie" } };

    public void Dispose()
    {
        foreach (var made in Enumerable.Reverse(_made))
            made.Dispose();
        _rack.Dispose();
        _host.Dispose();
    }

    [Theory]
    [MemberData(nameof(Forwarders))]
    public async Task No_packet_is_lost_when_we_are_killed_and_come_back(string kind, string suite)
    {
        var (router, us) = await ForwardingAsync(kind, suite, new() { As = 65001 });
        var packets = Made(new PacketStream(_host.Network, Near, _rack.Network, Far));

        for (var round = 0; round < 2; round++)
        {
            us.Kill();
            await SpeakerHost.Eventually(() => router.HasLostItsPeer, Everything);
            us.Start();
            await EstablishedAgain();
            await router.Learned(Ours);
        }

        await NothingIsLost(packets);
    }

    [Theory]
    [MemberData(nameof(Forwarders))]
    public async Task No_packet_is_lost_when_the_other_is_killed_and_comes_back(string kind, string suite)
    {
        var (router, us) = await ForwardingAsync(kind, suite, new() { As = 65001 });
        var packets = Made(new PacketStream(_host.Network, Near, _rack.Network, Far));

        router.Kill();
        await SpeakerHost.Eventually(() => us.Ask("peers").Contains("\"routesAreStale\":true", StringComparison.Ordinal), Everything);
        router.Restart();
        await EstablishedAgain();
        await router.Learned(Ours);

        await NothingIsLost(packets);
    }

    [Theory]
    [MemberData(nameof(Forwarders))]
    public async Task No_packet_is_lost_and_no_session_ends_when_peers_filters_and_communities_change(string kind, string suite)
    {
        var (router, us) = await ForwardingAsync(kind, suite, new() { As = 65001 });
        var packets = Made(new PacketStream(_host.Network, Near, _rack.Network, Far));
        var since = Since();
        var community = kind == "bird" ? "(64512,77)" : "64512:77";

        Assert.Contains("true", us.Reload(File(more: """, {"address": "10.99.0.77", "asn": 65002, "import": "all", "export": "all"}""")), StringComparison.Ordinal);
        Assert.Contains("true", us.Reload(File(export: """[{"action": "accept", "set": {"addCommunities": ["64512:77"], "med": 5}}]""")), StringComparison.Ordinal);
        await router.Learned(Ours, community);
        Assert.Contains("true", us.Reload(File(import: """[{"action": "reject", "prefix": "10.51.0.0/16"}, {"action": "accept"}]""")), StringComparison.Ordinal);
        Assert.Contains("true", us.Reload(File(peer: "\"maxPrefixes\": 1000, \"keepaliveTime\": 20,")), StringComparison.Ordinal);
        await SpeakerHost.Eventually(() => !router.About(Ours).Contains(community, StringComparison.Ordinal), Everything);

        Assert.Equal(since, Since());
        Assert.False(router.HasLostItsPeer);
        await NothingIsLost(packets);
    }

    [Theory]
    [InlineData("bird", "machine")]
    [InlineData("frr", "machine")]
    public async Task Routes_of_a_host_that_dies_go_within_a_second_with_BFD(string kind, string suite)
    {
        const double Limit = 1, Tries = 5; // a machine under load may itself sleep for so long now and then
        var (_, us) = await ForwardingAsync(kind, suite, new() { As = 65001, Bfd = true }, File(peer: "\"bfd\": {\"intervalMs\": 100},"));
        var took = new List<double>();
        while (took.Count < Tries && !took.Exists(seconds => seconds < Limit))
        {
            await SpeakerHost.Eventually(() => us.Ask("peers").Contains("\"bfd\":\"Up\"", StringComparison.Ordinal) && Kernel().Length > 0, Everything);
            await Task.Delay(500, TestContext.Current.CancellationToken); // at its full pace
            _rack.Run("/usr/sbin/nft", "add table inet dead; add chain inet dead out { type filter hook output priority 0; policy drop; }");
            var watch = Stopwatch.StartNew();
            await SpeakerHost.Eventually(() => Kernel().Length == 0, Everything);
            took.Add(watch.Elapsed.TotalSeconds);
            _rack.Run("/usr/sbin/nft", "delete table inet dead");
        }

        Assert.True(took.Exists(seconds => seconds < Limit), string.Join(" s, ", took));
    }

    [Theory]
    [InlineData("bird", "machine")]
    [InlineData("frr", "machine")]
    public async Task Routes_of_a_host_that_dies_go_with_the_hold_time_without_BFD(string kind, string suite)
    {
        var (router, us) = await ForwardingAsync(kind, suite, new() { As = 65001, HoldTime = 3 });
        _rack.Run("/usr/sbin/nft", "add table inet dead; add chain inet dead out { type filter hook output priority 0; policy drop; }");

        await SpeakerHost.Eventually(() => Kernel().Length == 0, Everything);
        Assert.Contains("hold timer expired", us.Ask("peers"), StringComparison.Ordinal);

        _rack.Run("/usr/sbin/nft", "delete table inet dead");
        await SpeakerHost.Eventually(() => Kernel().Contains("10.99.0.2", StringComparison.Ordinal), Everything);
        await router.Learned(Ours);
    }

    private async Task<(ForeignRouter Router, OurRouter Us)> ForwardingAsync(string kind, string suite, RouterWish wish, string? file = null)
    {
        _router = Made(ForeignRouter.Start(kind, suite, _rack, wish with { Forwards = true }));
        _us = Made(new OurRouter(_host, file ?? File()));
        await SpeakerHost.Eventually(() => Kernel().Contains("10.99.0.2", StringComparison.Ordinal), Everything);
        await SpeakerHost.Eventually(() => _rack.TryRun("/usr/sbin/ip", "route", "show", Ours).Output.Contains("10.99.0.1", StringComparison.Ordinal), Everything);
        return (_router, _us);
    }

    private static string File(string import = "\"all\"", string export = "\"all\"", string peer = "", string more = "") => $$"""
        {"asn": 64512, "routerId": "10.99.0.1", "kernel": {"install": true}, "originate": ["{{Ours}}"],
         "peers": [{"name": "rack", "address": "10.99.0.2", "asn": 65001, "families": ["ipv4"], "connectRetry": 1, {{peer}} "import": {{import}}, "export": {{export}} }{{more}}]}
        """;

    private Task EstablishedAgain() => SpeakerHost.Eventually(
        () => _us?.Ask("peers") is { } peers && peers.Contains("Established", StringComparison.Ordinal) && peers.Contains("\"routesAreStale\":false", StringComparison.Ordinal), Everything);

    /// <summary>When our session with the rack began.</summary>
    private string Since() => _us?.Ask("peers") is { } peers && peers.Contains("Established", StringComparison.Ordinal)
        ? System.Text.Json.JsonDocument.Parse(peers).RootElement.EnumerateArray().First(peer => peer.GetProperty("name").GetString() == "rack").GetProperty("since").ToString()
        : "never";

    private async Task NothingIsLost(PacketStream packets)
    {
        var before = packets.Answered;
        await SpeakerHost.Eventually(() => packets.Answered > before + 100, Everything); // it still flows
        var (lost, sent) = await packets.StopAsync();
        Assert.True(lost.Count == 0, $"{lost.Count} of {sent} packets are lost: {string.Join(' ', lost.Take(20))}\n{Everything()}");
    }

    private string Kernel() => _host.TryRun("/usr/sbin/ip", "route", "show", Theirs).Output;

    private string Everything() => $"{_host.TryRun("/usr/sbin/ip", "route").Output}\n--\n{_rack.TryRun("/usr/sbin/ip", "route").Output}\n{_us?.Everything}\n{_router?.Everything}";

    private T Made<T>(T made)
        where T : IDisposable
    {
        _made.Add(made);
        return made;
    }
}
