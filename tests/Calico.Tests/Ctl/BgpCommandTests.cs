using System.Net;
using System.Text.Json;
using Calico.Datastore;
using Calico.Model.Hosts;
using Calico.Model.Store;
using Calico.Tests.Support;

namespace Calico.Tests.Ctl;

/// <summary>calicoctl bgp …: the cluster's sessions from the store, and this host's routes from its node.</summary>
public sealed class BgpCommandTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 4, 12, 0, 0, TimeSpan.Zero);

    private readonly CommandLine _ctl = new() { Time = Clock() };

    [Fact]
    public async Task Peers_of_all_nodes_are_shown_and_of_one_if_asked()
    {
        await Reports("node-a", Peer("10.0.0.2", "up", "Established"));
        await Reports("node-b", Peer("10.0.0.1", "up", "Established"), Peer("fd00::9", "start", "Connect: the peer uses AS 64513, expected 64512"));

        Assert.Equal(
            """
            NODE     PEER ADDRESS   PEER TYPE           STATE   SINCE      INFO
            node-a   10.0.0.2       node-to-node mesh   up      11:30:00   Established
            node-b   10.0.0.1       node-to-node mesh   up      11:30:00   Established
            node-b   fd00::9        node-to-node mesh   start   11:30:00   Connect: the peer uses AS 64513, expected 64512


            """,
            Trimmed(await _ctl.SucceedAsync("bgp peers")));
        Assert.DoesNotContain("node-b", await _ctl.SucceedAsync("bgp peers --node node-a"), StringComparison.Ordinal);
        Assert.Equal("No node has reported a BGP session.\n", await _ctl.SucceedAsync("bgp peers --node nobody"));
    }

    [Fact]
    public async Task The_wide_form_has_numbers_and_the_last_error_in_words()
    {
        await Reports("node-a", Peer("10.0.0.2", "up", "Established") with
        {
            As = 64512,
            RoutesReceived = 7,
            RoutesSent = 3,
            HoldTime = 90,
            Bfd = "Up",
            LastFailure = "the peer uses AS 64513, expected 64512",
            LastFailureAt = Now.AddHours(-2),
        });

        var lines = Trimmed(await _ctl.SucceedAsync("bgp peers -o wide")).Split('\n');

        Assert.EndsWith("INFO          ASN     RECEIVED   SENT   HOLD   BFD   LAST ERROR", lines[0], StringComparison.Ordinal);
        Assert.EndsWith("Established   64512   7          3      90s    Up    the peer uses AS 64513, expected 64512 (10:00:00)", lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_JSON_form_has_all_of_it()
    {
        await Reports("node-a", Peer("10.0.0.2", "up", "Established") with { TimesEstablished = 4, Agreed = ["IPv4 unicast"] });

        using var json = JsonDocument.Parse(await _ctl.SucceedAsync("bgp peers -o json"));

        var peer = json.RootElement[0].GetProperty("peers")[0];
        Assert.Equal("node-a", json.RootElement[0].GetProperty("node").GetString());
        Assert.Equal((4, "IPv4 unicast"), (peer.GetProperty("timesEstablished").GetInt32(), peer.GetProperty("agreed")[0].GetString()));
    }

    [Fact]
    public async Task A_node_that_has_fallen_silent_is_named()
    {
        await Reports("node-a", Now.AddMinutes(-9), Peer("10.0.0.2", "up", "Established"));

        Assert.StartsWith("Node node-a has not reported for 9 minutes", await _ctl.SucceedAsync("bgp peers"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Routes_are_asked_of_the_node_and_the_chosen_are_marked()
    {
        BgpPath[] paths =
        [
            new() { Prefix = IPNetwork.Parse("10.1.0.0/26"), Peer = "Mesh_10_0_0_2", NextHop = IPAddress.Parse("10.0.0.2"), IsBest = true, LocalPreference = 100, Communities = ["64512:1"] },
            new() { Prefix = IPNetwork.Parse("10.1.0.0/26"), Peer = "Node_10_0_0_9", NextHop = IPAddress.Parse("10.0.0.9"), AsPath = "65000", Med = 5, IsStale = true },
        ];
        await using var node = new FakeNode(_ => (200, JsonSerializer.Serialize(paths, ModelJson.Default.BgpPathArray)));
        var ctl = new CommandLine { NodeSocket = node.Path, Time = Clock() };

        Assert.Equal(
            """
                 PREFIX        NEXT HOP   FROM            AS PATH   PREF   MED   COMMUNITIES
            *    10.1.0.0/26   10.0.0.2   Mesh_10_0_0_2             100          64512:1
            s    10.1.0.0/26   10.0.0.9   Node_10_0_0_9   65000            5


            """,
            Trimmed(await ctl.SucceedAsync("bgp routes 10.1.0.0/26 --received 10.0.0.9")));
        using var json = JsonDocument.Parse(await ctl.SucceedAsync("bgp routes --advertised Node_10_0_0_9 -o json"));
        Assert.Equal(2, json.RootElement.GetArrayLength());
        Assert.Equal(["/bgp/routes?prefix=10.1.0.0%2F26&received=10.0.0.9", "/bgp/routes?advertised=Node_10_0_0_9"], node.Asked);
    }

    [Fact]
    public async Task No_path_is_said_so()
    {
        await using var node = new FakeNode(_ => (200, "[]"));

        Assert.Equal("No paths.\n", await new CommandLine { NodeSocket = node.Path }.SucceedAsync("bgp routes"));
    }

    [Fact]
    public async Task Why_names_every_path_with_the_step_that_it_lost_by_and_what_the_kernel_holds()
    {
        var explanation = new BgpExplanation
        {
            Prefix = IPNetwork.Parse("10.1.0.0/26"),
            Paths =
            [
                new() { Prefix = IPNetwork.Parse("10.1.0.0/26"), Peer = "a", NextHop = IPAddress.Parse("10.0.0.2"), IsBest = true, AsPath = "65000" },
                new() { Prefix = IPNetwork.Parse("10.1.0.0/26"), Peer = "b", NextHop = IPAddress.Parse("10.0.0.9"), LocalPreference = 50, Decision = "lower LOCAL_PREF" },
            ],
            Covering = "default via 10.0.0.254 dev eth0 proto boot",
        };
        await using var node = new FakeNode(_ => (200, JsonSerializer.Serialize(explanation, ModelJson.Default.BgpExplanation)));

        Assert.Equal(
            """
            chosen 10.1.0.0/26 via 10.0.0.2 from a, AS path 65000
            not     10.1.0.0/26 via 10.0.0.9 from b, preference 50
                    lower LOCAL_PREF
            kernel  has no route to exactly this prefix; what goes there takes default via 10.0.0.254 dev eth0 proto boot

            """,
            Trimmed(await new CommandLine { NodeSocket = node.Path }.SucceedAsync("bgp why 10.1.0.0/26")));
        Assert.Equal(["/bgp/why?prefix=10.1.0.0%2F26"], node.Asked);
    }

    [Fact]
    public async Task Monitor_prints_what_happens_with_its_time()
    {
        var events = new[] { "peer Mesh_10_0_0_2 (10.0.0.2) Established", "route 10.1.0.0/26 is gone" }
            .Select(what => JsonSerializer.Serialize(new BgpEvent(Now.AddMilliseconds(250), what), ModelJson.Default.BgpEvent) + "\n");
        await using var node = new FakeNode(_ => (200, string.Concat(events)));
        var ctl = new CommandLine { NodeSocket = node.Path, Time = Clock() };

        Assert.Equal("12:00:00.250 peer Mesh_10_0_0_2 (10.0.0.2) Established\n12:00:00.250 route 10.1.0.0/26 is gone\n", await ctl.SucceedAsync("bgp monitor -f"));
        Assert.Equal(["/bgp/events"], node.Asked);
    }

    [Theory]
    [InlineData("bgp routes")]
    [InlineData("bgp why 10.1.0.0/26")]
    [InlineData("bgp monitor")]
    public async Task Without_a_node_the_answer_says_what_to_look_at(string command)
    {
        var error = await _ctl.FailAsync(command);

        Assert.Contains("calico-node does not answer on /nonexistent/node.sock", error, StringComparison.Ordinal);
        Assert.Contains("calicoctl node status", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_node_refuses_is_said_in_its_words()
    {
        await using var node = new FakeNode(_ => (400, "'10.1' is not a prefix such as 10.0.0.0/26"));

        Assert.Equal("'10.1' is not a prefix such as 10.0.0.0/26\n", await new CommandLine { NodeSocket = node.Path }.FailAsync("bgp why 10.1"));
    }

    private static FixedTime Clock() => new(Now);

    private Task Reports(string node, params PeerStatus[] peers) => Reports(node, Now.AddSeconds(-30), peers);

    private async Task Reports(string node, DateTimeOffset at, params PeerStatus[] peers)
    {
        var status = new NodeStatus
        {
            Node = node,
            Version = "1",
            Pid = 1,
            StartedAt = Now.AddDays(-1),
            Ready = true,
            Datastore = "in sync",
            Peers = [.. peers],
            ReportedAt = at,
        };
        await _ctl.Store.CommitAsync([StoreWrite.Put(StoreKeys.StatusOf(node), JsonSerializer.SerializeToUtf8Bytes(status, ModelJson.Default.NodeStatus))], TestContext.Current.CancellationToken);
    }

    private static PeerStatus Peer(string address, string state, string words) => new()
    {
        Address = IPAddress.Parse(address),
        Type = "node-to-node mesh",
        State = state,
        Since = Now.AddMinutes(-30),
        Info = words,
    };

    private static string Trimmed(string text) => string.Join('\n', text.Split('\n').Select(line => line.TrimEnd()));
}
