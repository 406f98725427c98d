using System.Net;
using Calico.Bgp;
using Calico.Bgp.Session;
using Calico.Model.Hosts;
using Calico.Node.Metrics;
using Calico.Node.Startup;

namespace Calico.Tests.Node;

public sealed class BgpMetricsTests
{
    [Fact]
    public void Each_peer_has_a_line_of_each_metric_with_its_labels()
    {
        var peer = new PeerSnapshot
        {
            Name = "Mesh_10_0_0_2",
            Address = IPAddress.Parse("10.0.0.2"),
            As = 64512,
            State = SessionState.Established,
            Since = DateTimeOffset.UnixEpoch.AddSeconds(100),
            RoutesReceived = 7,
            Bfd = "Up",
        };

        var lines = BgpMetrics.Write([(peer, BgpPeeringType.Mesh)], learned: 12).Split('\n');

        const string Labels = "{peer=\"Mesh_10_0_0_2\",address=\"10.0.0.2\",asn=\"64512\",type=\"Mesh\"}";
        Assert.Contains($"calico_bgp_peer_up{Labels} 1", lines);
        Assert.Contains($"calico_bgp_peer_routes_received{Labels} 7", lines);
        Assert.Contains($"calico_bgp_peer_since_seconds{Labels} 100", lines);
        Assert.Contains($"calico_bgp_peer_bfd_up{Labels} 1", lines);
        Assert.Contains("calico_bgp_routes_learned 12", lines);
        Assert.Contains("# TYPE calico_bgp_peer_updates_faulty_total counter", lines);
    }

    [Fact]
    public void Metrics_are_off_unless_asked_for_and_then_where_Felix_has_them()
    {
        Assert.Null(Options([]).Metrics);
        Assert.Equal(new IPEndPoint(IPAddress.Any, 9091), Options(new() { ["FELIX_PROMETHEUSMETRICSENABLED"] = "true" }).Metrics);
        Assert.Equal(
            new IPEndPoint(IPAddress.Loopback, 9999),
            Options(new() { ["FELIX_PROMETHEUSMETRICSENABLED"] = "true", ["FELIX_PROMETHEUSMETRICSHOST"] = "127.0.0.1", ["FELIX_PROMETHEUSMETRICSPORT"] = "9999" }).Metrics);
        Assert.Throws<FormatException>(() => Options(new() { ["FELIX_PROMETHEUSMETRICSENABLED"] = "true", ["FELIX_PROMETHEUSMETRICSPORT"] = "x" }));
    }

    private static NodeOptions Options(Dictionary<string, string> variables) =>
        NodeOptions.FromEnvironment(name => variables.GetValueOrDefault(name), nodeNameFile: null, machineName: "host");
}
