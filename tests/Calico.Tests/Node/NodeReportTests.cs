using System.Net;
using Calico.Bgp;
using Calico.Bgp.Session;
using Calico.Model.Hosts;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Calico.Model.Store;
using Calico.Netlink.Routing;
using Calico.Node.Reporting;

namespace Calico.Tests.Node;

/// <summary>What a node writes of itself into a CalicoNodeStatus, in the shape that Calico's clients read.</summary>
public sealed class NodeReportTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 4, 5, 6, 7, 890, TimeSpan.Zero);

    private static readonly NodeFindings Found = new()
    {
        Version = "1.2.3",
        StartedAt = Now.AddHours(-2),
        Now = Now,
        Speaker = (IPAddress.Parse("10.0.0.1"), Now.AddHours(-1)),
        Peers =
        [
            (Session("Mesh_10_0_0_2", "10.0.0.2", SessionState.Established), BgpPeeringType.Mesh),
            (Session("Node_10_0_0_9", "10.0.0.9", SessionState.Connect), BgpPeeringType.Node),
            (Session("Global_fd00__9", "fd00::9", SessionState.Established), BgpPeeringType.Global),
        ],
        Paths =
        [
            Path("192.168.2.0/26", "Mesh_10_0_0_2", "10.0.0.2") with { IsBest = true },
            Path("192.168.2.0/26", "Node_10_0_0_9", "10.0.0.9"),
            Path("fd80::/64", "Global_fd00__9", "fd00::9") with { IsBest = true },
        ],
        Kernel =
        [
            Route.Via(IPNetwork.Parse("192.168.2.0/26"), IPAddress.Parse("10.0.0.2"), 2) with { Protocol = RouteProtocols.Bird },
            Route.Via(IPNetwork.Parse("fd80::/64"), IPAddress.Parse("fd00::9"), 2) with { Protocol = RouteProtocols.Bird },
            Route.Blackhole(IPNetwork.Parse("192.168.1.0/26")) with { Protocol = RouteProtocols.Bird },
            Route.Direct(IPNetwork.Parse("192.168.1.7/32"), 5),
            Route.Direct(IPNetwork.Parse("10.0.0.0/24"), 2) with { Protocol = RouteProtocols.Kernel },
            Route.Direct(IPNetwork.Parse("fe80::/64"), 2) with { Protocol = RouteProtocols.Kernel },
        ],
        Links = new Dictionary<int, string> { [2] = "eth0", [5] = "cali123" },
    };

    [Fact]
    public void Only_what_is_asked_for_is_there()
    {
        var report = NodeReport.Make([NodeStatusClass.BGP], Found);

        Assert.Null(report.Agent);
        Assert.Null(report.Routes);
        Assert.Equal(new DateTimeOffset(2026, 3, 4, 5, 6, 7, TimeSpan.Zero), report.LastUpdated);
        Assert.Equal((1, 1, 1, 0), (report.Bgp?.NumberEstablishedV4, report.Bgp?.NumberNotEstablishedV4, report.Bgp?.NumberEstablishedV6, report.Bgp?.NumberNotEstablishedV6));
        Assert.Equal(["10.0.0.2 NodeMesh Established", "10.0.0.9 NodePeer Connect"], report.Bgp?.PeersV4.Select(peer => $"{peer.PeerIP} {peer.Type} {peer.State}"));
        Assert.Equal(["fd00::9 GlobalPeer Established"], report.Bgp?.PeersV6.Select(peer => $"{peer.PeerIP} {peer.Type} {peer.State}"));
    }

    [Theory]
    [InlineData(true, "Ready")]
    [InlineData(false, "NotReady")]
    public void The_agent_is_ready_when_BGP_runs(bool runs, string state)
    {
        var agent = NodeReport.Make([NodeStatusClass.Agent], runs ? Found : Found with { Speaker = null }).Agent;

        Assert.Equal((state, "1.2.3", runs ? "10.0.0.1" : null), (agent?.BirdV4?.State, agent?.BirdV4?.Version, agent?.BirdV6?.RouterID?.ToString()));
    }

    [Fact]
    public void Routes_say_where_they_lead_and_whom_they_are_from()
    {
        var routes = NodeReport.Make([NodeStatusClass.Routes], Found).Routes;

        Assert.Equal(
            [
                "FIB 192.168.2.0/26 10.0.0.2 eth0 NodeMesh 10.0.0.2",
                "FIB 192.168.1.0/26   Static ",
                "FIB 192.168.1.7/32  cali123 Kernel ",
                "FIB 10.0.0.0/24  eth0 Direct ",
                "RIB 192.168.2.0/26 10.0.0.9  BGPPeer 10.0.0.9",
            ],
            routes?.RoutesV4.Select(Text));
        Assert.Equal(["FIB fd80::/64 fd00::9 eth0 BGPPeer fd00::9"], routes?.RoutesV6.Select(Text));

        static string Text(RouteReport route) =>
            $"{route.Type} {route.Destination} {route.Gateway} {route.Interface} {route.LearnedFrom.SourceType} {route.LearnedFrom.PeerIP}";
    }

    [Fact]
    public void There_are_never_more_routes_than_the_store_holds() => Assert.Equal(
        NodeReport.MostRoutes,
        NodeReport.Make([NodeStatusClass.Routes], Found with
        {
            Kernel = [.. Enumerable.Range(0, 3000).Select(i => Route.Direct(IPNetwork.Parse($"10.{i / 256}.{i % 256}.0/24"), 2))],
        }).Routes?.RoutesV4.Count);

    [Fact]
    public void The_resource_reads_the_same_after_it_was_written_and_has_the_fields_of_Calico()
    {
        var resource = new Resource<CalicoNodeStatusSpec>(
            Kinds.CalicoNodeStatus,
            new() { Name = "mine" },
            new() { Node = "node-1", Classes = [NodeStatusClass.Agent, NodeStatusClass.BGP, NodeStatusClass.Routes], UpdatePeriodSeconds = 10 })
        {
            Status = NodeReport.Make(Enum.GetValues<NodeStatusClass>(), Found),
        };

        var json = ResourceJson.Write(resource);

        Assert.Equal("""["Agent","BGP","Routes"]""", json["spec"]?["classes"]?.ToJsonString());
        var status = json["status"];
        Assert.Equal("Ready", $"{status?["agent"]?["birdV4"]?["state"]}");
        Assert.Equal("10.0.0.1", $"{status?["agent"]?["birdV6"]?["routerID"]}");
        Assert.Equal("1", $"{status?["bgp"]?["numberEstablishedV4"]}");
        Assert.Equal("10.0.0.2", $"{status?["bgp"]?["peersV4"]?[0]?["peerIP"]}");
        Assert.Equal("NodeMesh", $"{status?["routes"]?["routesV4"]?[0]?["learnedFrom"]?["sourceType"]}");
        using var document = System.Text.Json.JsonDocument.Parse(json.ToJsonString());
        Assert.Equal(resource, ResourceJson.Read(document.RootElement, ModelJson.Default));
    }

    private static PeerSnapshot Session(string name, string address, SessionState state) => new()
    {
        Name = name,
        Address = IPAddress.Parse(address),
        As = 64512,
        State = state,
        Since = Now.AddMinutes(-5),
    };

    private static PathView Path(string prefix, string peer, string nextHop) => new()
    {
        Prefix = IPNetwork.Parse(prefix),
        Peer = peer,
        NextHop = IPAddress.Parse(nextHop),
        AsPath = "",
        Origin = "IGP",
    };
}
