using System.Globalization;
using System.Text.RegularExpressions;
using Calico.Lab.Tests.Netlink;

namespace Calico.Lab.Tests.Bgp;

/// <summary>calico-bgpd as built, between real routers: a host with two links to two top-of-rack routers.</summary>
public sealed class RouterTests : IDisposable
{
    private const int Destinations = 64;

    private readonly FreshNamespace _host = new();
    private readonly FreshNamespace[] _racks = [new(), new()];
    private readonly List<RouterDaemon> _daemons = [];

    public RouterTests()
    {
        foreach (var name in (FreshNamespace[])[_host, .. _racks])
            name.Run("/usr/sbin/ip", "link", "set", "lo", "up");
        for (var i = 0; i < 2; i++)
        {
            _host.Wire($"eth{i}", _racks[i], "eth0");
            _host.Run("/usr/sbin/ip", "address", "add", $"10.99.{i}.1/24", "dev", $"eth{i}");
            _racks[i].Run("/usr/sbin/ip", "address", "add", $"10.99.{i}.2/24", "dev", "eth0");
            _host.Run("/usr/sbin/ip", "address", "add", $"fd99:{i}::1/64", "dev", $"eth{i}", "nodad");
            _racks[i].Run("/usr/sbin/ip", "address", "add", $"fd99:{i}::2/64", "dev", "eth0", "nodad");
        }
    }

    public void Dispose()
    {
        foreach (var daemon in _daemons)
            daemon.Dispose();
        foreach (var rack in _racks)
            rack.Dispose();
        _host.Dispose();
    }

    [Fact]
    public async Task Routes_by_two_routers_share_the_traffic_and_one_that_goes_leaves_the_other()
    {
        Start(new BirdRouter(_racks[0], Bird(0)));
        var second = Start(new BirdRouter(_racks[1], Bird(1)));
        var ours = Start(new OurRouter(_host, Ours(Peer(0), Peer(1))));

        await Eventually(() => Kernel("10.50.0.0/24").Contains("10.99.0.2", StringComparison.Ordinal) && Kernel("10.50.0.0/24").Contains("10.99.1.2", StringComparison.Ordinal), Everything);
        Assert.Contains("proto bird", Kernel("10.50.0.0/24"), StringComparison.Ordinal);
        await Eventually(() => second.Show("route 10.60.0.0/26").Contains("10.99.1.1", StringComparison.Ordinal), Everything);

        foreach (var rack in _racks)
            rack.Run("/usr/sbin/nft", "table inet seen { chain passing { type filter hook prerouting priority 0; ip daddr 10.50.0.0/24 counter; }; }");
        SendToEach();
        await Eventually(() => Seen().Sum() == Destinations && Seen().All(packets => packets > 0), () => $"{string.Join(" and ", Seen())} packets");

        _host.Run("/usr/sbin/ip", "link", "set", "eth1", "down");
        await Eventually(() => Kernel("10.50.0.0/24") is var route && route.Contains("10.99.0.2", StringComparison.Ordinal) && !route.Contains("10.99.1.2", StringComparison.Ordinal), Everything);
        var before = Seen();
        SendToEach();
        await Eventually(() => Seen()[0] == before[0] + Destinations, () => $"{string.Join(" and ", Seen())} packets, {string.Join(" and ", before)} before");

        ours.Stop();
        Assert.Equal("", Kernel("10.50.0.0/24"));
    }

    /// <summary>One packet to each of so many addresses: the kernel takes the way by source and destination.</summary>
    private void SendToEach() => _host.Run("/bin/bash", "-c", $"for i in $(seq {Destinations}); do echo >/dev/udp/10.50.0.$i/9; done");

    /// <summary>How many packets each rack has seen.</summary>
    private List<int> Seen() => [.. _racks.Select(rack => int.Parse(
        Regex.Match(rack.Run("/usr/sbin/nft", "list", "chain", "inet", "seen", "passing"), @"packets (?<count>\d+)", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)).Groups["count"].Value, CultureInfo.InvariantCulture))];

    [Fact]
    public async Task A_new_file_touches_only_the_sessions_that_it_changes()
    {
        Start(new BirdRouter(_racks[0], Bird(0)));
        Start(new BirdRouter(_racks[1], Bird(1)));
        var ours = Start(new OurRouter(_host, Ours(Peer(0))));
        await Eventually(() => Kernel("10.50.0.0/24").Contains("10.99.0.2", StringComparison.Ordinal), Everything);
        var before = ours.Ask("peers");

        ours.Reload(Ours(Peer(0, """[{"action": "accept", "prefix": "10.51.0.0/16"}]"""), Peer(1)));
        await Eventually(() => Kernel("10.50.0.0/24").Contains("10.99.1.2", StringComparison.Ordinal) && !Kernel("10.50.0.0/24").Contains("10.99.0.2", StringComparison.Ordinal), Everything);
        Assert.Contains(before.Split("\"since\":")[1][..30], ours.Ask("peers"), StringComparison.Ordinal);

        Assert.Contains("routerId is missing", ours.Reload("""{"asn": 64512}"""), StringComparison.Ordinal);
        Assert.Contains("10.99.1.2", Kernel("10.50.0.0/24"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Several_paths_go_both_ways_with_bird()
    {
        var first = Start(new BirdRouter(_racks[0], Bird(0, "add paths on;", "route 10.52.0.0/24 blackhole;")));
        Start(new BirdRouter(_racks[1], Bird(1, "", "route 10.52.0.0/24 blackhole;")));
        var ours = Start(new OurRouter(_host, Ours(Peer(0, "\"all\"", "\"addPath\": \"both\","), Peer(1))));

        // What the first already has, and the second's path besides.
        await Eventually(() => first.Show("route 10.52.0.0/24 all protocol calico").Contains("BGP.as_path: 64512 65001", StringComparison.Ordinal), Everything);
        await Eventually(() => ours.Ask("received peer0").Contains("10.50.0.0/24", StringComparison.Ordinal), Everything);
    }

    [Fact]
    public async Task Ipv4_routes_go_by_ipv6_next_hops_into_the_kernel()
    {
        var bird = Start(new BirdRouter(_racks[0], """
            router id 10.99.0.2;
            protocol device { }
            protocol static { ipv4; route 10.50.0.0/24 blackhole; }
            protocol bgp calico { local fd99:0::2 as 65000; neighbor fd99:0::1 as 64512; connect retry time 1; connect delay time 1;
              ipv4 { import all; export where source = RTS_STATIC; extended next hop; }; }
            """));
        Start(new OurRouter(_host, Ours("""{"name": "peer0", "address": "fd99:0::2", "asn": 65000, "localAddress": "fd99:0::1", "families": ["ipv4"], "import": "all", "export": "all"}""")));

        await Eventually(() => Kernel("10.50.0.0/24").Contains("via inet6 fd99::2", StringComparison.Ordinal), Everything);
        await Eventually(() => bird.Show("route 10.60.0.0/26").Contains("fd99::1", StringComparison.Ordinal), Everything);
    }

    private T Start<T>(T daemon)
        where T : RouterDaemon
    {
        _daemons.Add(daemon);
        return daemon;
    }

    private static string Ours(params string[] peers) =>
        $$"""{"asn": 64512, "routerId": "10.99.0.1", "kernel": {"install": true}, "originate": ["10.60.0.0/26"], "peers": [{{string.Join(',', peers)}}]}""";

    private static string Peer(int rack, string import = "\"all\"", string more = "") =>
        $$"""{"name": "peer{{rack}}", "address": "10.99.{{rack}}.2", "asn": {{65000 + rack}}, "families": ["ipv4"], "connectRetry": 1, {{more}} "import": {{import}}, "export": "all"}""";

    private static string Bird(int rack, string channel = "", string routes = "") => $$"""
        router id 10.99.{{rack}}.2;
        protocol device { }
        protocol static { ipv4; route 10.50.0.0/24 blackhole; {{routes}} }
        protocol bgp calico { local 10.99.{{rack}}.2 as {{65000 + rack}}; neighbor 10.99.{{rack}}.1 as 64512; connect retry time 1; connect delay time 1; error wait time 1, 2;
          ipv4 { import all; export where source = RTS_STATIC; {{channel}} }; }
        """;

    private string Kernel(string prefix) => _host.TryRun("/usr/sbin/ip", "route", "show", prefix).Output;

    private string Everything() =>
        $"{_host.TryRun("/usr/sbin/ip", "route").Output}\n{string.Join("\n---\n", _daemons.Select(daemon => daemon.Everything))}";

    private static Task Eventually(Func<bool> condition, Func<string> otherwise) => SpeakerHost.Eventually(condition, otherwise);
}
