using Calico.Lab.Tests.Netlink;

namespace Calico.Lab.Tests.Bgp;

/// <summary>calico-bgpd (10.99.0.1) and routers of other projects (.2, .3, .4) on one Ethernet: reflectors, several paths, filters, roles.</summary>
public sealed class LanTests : IDisposable
{
    private static readonly string[] Kinds = ["bird", "frr", "gobgp"];

    private readonly FreshNamespace _switch = new();
    private readonly FreshNamespace[] _hosts = [new(), new(), new(), new()];
    private readonly List<IDisposable> _made = [];

    public LanTests()
    {
        _switch.Run("/usr/sbin/ip", "link", "add", "lan", "type", "bridge");
        _switch.Run("/usr/sbin/ip", "link", "set", "lan", "up");
        for (var i = 0; i < _hosts.Length; i++)
        {
            _switch.Wire($"port{i}", _hosts[i], "eth0");
            _switch.Run("/usr/sbin/ip", "link", "set", $"port{i}", "master", "lan");
            _hosts[i].Run("/usr/sbin/ip", "link", "set", "lo", "up");
            _hosts[i].Run("/usr/sbin/ip", "address", "add", $"10.99.0.{i + 1}/24", "dev", "eth0");
        }
    }

    public static TheoryData<string> Suites => ["machine", "trixie"];

    public static TheoryData<string, string> Routers => InteropTests.Routers;

    public void Dispose()
    {
        foreach (var made in Enumerable.Reverse(_made))
            made.Dispose();
        foreach (var host in (FreshNamespace[])[.. _hosts, _switch])
            host.Dispose();
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public async Task Our_reflector_tells_each_client_what_the_others_have(string suite)
    {
        var routers = Kinds.Select((kind, i) => Router(kind, suite, i, new() { As = 64512, Announced = [$"10.5{i}.0.0/24"] })).ToList();
        Us(string.Join(',', Kinds.Select((_, i) => Peer(i, 64512, "\"routeReflectorClient\": true,"))));

        for (var i = 0; i < routers.Count; i++)
        {
            for (var from = 0; from < routers.Count; from++)
            {
                if (from != i)
                    await routers[i].Learned($"10.5{from}.0.0/24", $"10.99.0.{from + 2}"); // a reflector leaves the next hop as it is
            }
        }

        await routers[0].Learned("10.51.0.0/24", "originator_id: 10.99.0.3", "cluster_list: 10.99.0.1");
        await routers[1].Learned("10.50.0.0/24", "Originator: 10.99.0.2", "Cluster list: 10.99.0.1");
        routers[0].Kill();
    }

    [Theory]
    [MemberData(nameof(Routers))]
    public async Task Another_reflector_tells_us_what_its_clients_have_and_them_what_we_have(string kind, string suite)
    {
        var reflector = Router(kind, suite, 0, new() { As = 64512, Peers = ["10.99.0.1", "10.99.0.3"], Reflects = true });
        var client = Router(kind == "frr" ? "bird" : "frr", "machine", 1, new() { As = 64512, Peers = ["10.99.0.2"], Announced = ["10.51.0.0/24"] });
        var us = Us(Peer(0, 64512));

        await SpeakerHost.Eventually(() => Described(us, "10.51.0.0/24") is var text
            && text.Contains("\"nextHop\":\"10.99.0.3\"", StringComparison.Ordinal)
            && text.Contains("\"originatorId\":\"10.99.0.3\",\"clusterList\":[\"10.99.0.2\"]", StringComparison.Ordinal), () => us.Everything + reflector.Everything);
        await SpeakerHost.Eventually(() => us.Ask("routes 10.50.0.0/24").Contains("10.99.0.2", StringComparison.Ordinal), () => us.Everything);
        await client.Learned("10.60.0.0/26", "10.99.0.1");
    }

    [Theory]
    [MemberData(nameof(Routers))]
    public async Task Several_paths_go_both_ways(string kind, string suite)
    {
        // Two others announce the same prefix; the one in question hears of both from us, and we of both from it.
        var subject = Router(kind, suite, 0, new() { As = 65000, Announced = ["10.50.0.0/24"], AddPath = true });
        Router("bird", "machine", 1, new() { As = 65001, Announced = ["10.52.0.0/24"] });
        Router("frr", "machine", 2, new() { As = 65002, Announced = ["10.52.0.0/24"] });
        var us = Us($"{Peer(0, 65000, "\"addPath\": \"both\",")},{Peer(1, 65001)},{Peer(2, 65002)}");

        await subject.Learned("10.52.0.0/24", "64512 65001", "64512 65002");
        await SpeakerHost.Eventually(() => us.Ask("received peer0").Contains("10.50.0.0/24", StringComparison.Ordinal), () => us.Everything);
        Assert.Equal(2, us.Ask("advertised peer0").Split("10.52.0.0/24").Length - 1);

        _made.OfType<BirdRouter>().Last().Kill(); // its path is stale, and stays
        await subject.Learned("10.52.0.0/24", "64512 65001", "64512 65002");
    }

    [Theory]
    [MemberData(nameof(Routers))]
    public async Task Several_paths_of_another_are_all_taken_and_go_one_by_one(string kind, string suite)
    {
        // The one in question passes on to us what two others tell it.
        var subject = Router(kind, suite, 0, new() { As = 64512, Peers = ["10.99.0.1", "10.99.0.3", "10.99.0.4"], Announced = [], AddPath = true, Reflects = true });
        var first = Router("frr", "machine", 1, new() { As = 64512, Peers = ["10.99.0.2"], Announced = ["10.52.0.0/24"] });
        Router("bird", "machine", 2, new() { As = 64512, Peers = ["10.99.0.2"], Announced = ["10.52.0.0/24"] });
        var us = Us(Peer(0, 64512, "\"addPath\": \"both\","));

        await SpeakerHost.Eventually(() => us.Ask("received peer0") is var text
            && text.Contains("\"nextHop\":\"10.99.0.3\"", StringComparison.Ordinal)
            && text.Contains("\"nextHop\":\"10.99.0.4\"", StringComparison.Ordinal), () => us.Everything + subject.Everything);

        ((FrrRouter)first).Ask("configure terminal", "router bgp 64512", "address-family ipv4 unicast", "no network 10.52.0.0/24");
        await SpeakerHost.Eventually(() => us.Ask("received peer0") is var text
            && !text.Contains("\"nextHop\":\"10.99.0.3\"", StringComparison.Ordinal)
            && text.Contains("\"nextHop\":\"10.99.0.4\"", StringComparison.Ordinal), () => us.Everything + subject.Everything);
    }

    [Theory]
    [MemberData(nameof(Routers))]
    public async Task Filters_change_refuse_and_mark_routes_both_ways(string kind, string suite)
    {
        var router = Router(kind, suite, 0, new() { As = 65000, Announced = ["10.50.0.0/24", "10.51.0.0/24"] });
        var us = Us(
            """{"name": "peer0", "address": "10.99.0.2", "asn": 65000, "connectRetry": 1, "import": [{"action": "reject", "prefix": "10.51.0.0/16"}, {"action": "accept", "set": {"localPref": 250}}], """
            + """ "export": [{"action": "reject", "prefix": "10.61.0.0/16"}, {"action": "accept", "asPathPrefix": [], "set": {"addCommunities": ["64512:80"], "addLargeCommunities": ["64512:1:2"], "prepend": [64512, 64512], "med": 77}}]}""",
            "10.60.0.0/26\", \"10.61.0.0/26");

        await router.Learned("10.60.0.0/26", "64512 64512 64512", "77", kind == "bird" ? "(64512,80)" : "64512:80", kind == "bird" ? "(64512, 1, 2)" : "64512:1:2");
        await SpeakerHost.Eventually(() => Described(us, "10.50.0.0/24").Contains("\"localPref\":250", StringComparison.Ordinal), () => us.Everything);
        Assert.False(router.Has("10.61.0.0/26"), router.Everything);
        Assert.Contains("\"best\":false", Described(us, "10.51.0.0/24"), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public async Task Routes_marked_by_role_are_understood_alike(string suite)
    {
        // BIRD is our provider: what comes from it is for customers only, and goes to no other provider.
        static string Role(string role) => $"local role {role};";
        var provider = Made(new BirdRouter(_hosts[1], BirdRouter.Configuration(new() { As = 65000, Address = "10.99.0.2" }).Replace("direct;", "direct;" + Role("provider"), StringComparison.Ordinal), RouterRoot.Of(suite)));
        var other = Made(new BirdRouter(_hosts[2], BirdRouter.Configuration(new() { As = 65001, Address = "10.99.0.3", Announced = ["10.51.0.0/24"] }).Replace("direct;", "direct;" + Role("provider"), StringComparison.Ordinal), RouterRoot.Of(suite)));
        var customer = Made(new BirdRouter(_hosts[3], BirdRouter.Configuration(new() { As = 65002, Address = "10.99.0.4", Announced = ["10.52.0.0/24"] }).Replace("direct;", "direct;" + Role("customer"), StringComparison.Ordinal), RouterRoot.Of(suite)));
        var us = Us($"{Peer(0, 65000, "\"role\": \"customer\",")},{Peer(1, 65001, "\"role\": \"customer\",")},{Peer(2, 65002, "\"role\": \"provider\",")}");

        await customer.Learned("10.50.0.0/24", "otc: 65000");
        await customer.Learned("10.60.0.0/26", "otc: 64512");
        await provider.Learned("10.52.0.0/24");
        await other.Learned("10.52.0.0/24");
        Assert.Contains("\"onlyToCustomer\":65000", Described(us, "10.50.0.0/24"), StringComparison.Ordinal);
        Assert.False(other.Has("10.50.0.0/24"), other.Everything);
    }

    private ForeignRouter Router(string kind, string suite, int number, RouterWish wish) =>
        Made(ForeignRouter.Start(kind, suite, _hosts[number + 1], wish with { Address = $"10.99.0.{number + 2}" }));

    private OurRouter Us(string peers, string originate = "10.60.0.0/26") =>
        Made(new OurRouter(_hosts[0], $$"""{"asn": 64512, "routerId": "10.99.0.1", "originate": ["{{originate}}"], "peers": [{{peers}}]}"""));

    private static string Peer(int number, uint asNumber, string more = "") =>
        $$"""{"name": "peer{{number}}", "address": "10.99.0.{{number + 2}}", "asn": {{asNumber}}, "families": ["ipv4"], "connectRetry": 1, {{more}} "import": "all", "export": "all"}""";

    private static string Described(OurRouter us, string prefix) => us.Ask($"routes {prefix}");

    private T Made<T>(T made)
        where T : IDisposable
    {
        _made.Add(made);
        return made;
    }
}
