using System.Net;
using Calico.Dataplane.Paths;
using Calico.Model.Hosts;
using Calico.Model.Values;

namespace Calico.Lab.Tests.Dataplane;

/// <summary>What <c>explain</c> hears of a host, with real routes, sysctls and tables of others.</summary>
public sealed class PathCheckTests : IAsyncLifetime
{
    private readonly RoutedHost _host = new();

    public async ValueTask InitializeAsync()
    {
        _host.Start();
        await _host.RunAsync("a", "10.0.0.1");
        await _host.RunAsync("b", "10.0.0.2");
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public void Nothing_stops_a_packet_where_nobody_interferes()
    {
        var findings = Check("10.0.0.1", "10.0.0.2", 80);

        Assert.All(findings, finding => Assert.Equal(PathEffect.None, finding.Effect));
        Assert.Contains(findings, finding => finding.Text == "route to 10.0.0.2: 10.0.0.2/32 dev calib");
        Assert.Contains(Check("10.0.0.1", "8.8.8.8", 80), finding => finding.Text == "route to 8.8.8.8: 0.0.0.0/0 via 192.168.26.2 dev ens32");
    }

    [Fact]
    public void A_foreign_rule_that_drops_is_named_and_others_are_not()
    {
        _host.Nft("add table ip foreign");
        _host.Nft("add chain ip foreign through { type filter hook forward priority 0 ; }");
        _host.Nft("add rule ip foreign through iifname cali* ip daddr 10.0.0.0/24 tcp dport 80 drop comment \"no-web\"");
        _host.Nft("add rule ip foreign through ct state established accept");

        var finding = Assert.Single(Check("10.0.0.1", "10.0.0.2", 80), finding => finding.Effect != PathEffect.None);

        Assert.Equal(PathEffect.Stops, finding.Effect);
        Assert.Contains("ip foreign through", finding.Text, StringComparison.Ordinal);
        Assert.Contains("no-web", finding.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(Check("10.0.0.1", "10.0.0.2", 81), finding => finding.Effect == PathEffect.Stops);
    }

    [Fact]
    public void A_policy_of_drop_set_by_iptables_is_seen_and_an_accept_before_it_too()
    {
        _host.Kernel.Run("/usr/sbin/iptables-nft", "-P", "FORWARD", "DROP");
        Assert.Contains(Check("10.0.0.1", "192.168.26.102", 80), finding => finding is { Effect: PathEffect.Stops } && finding.Text.Contains("policy of ip filter FORWARD", StringComparison.Ordinal));

        _host.Kernel.Run("/usr/sbin/iptables-nft", "-A", "FORWARD", "-i", "cali+", "-j", "ACCEPT");
        Assert.DoesNotContain(Check("10.0.0.1", "192.168.26.102", 80), finding => finding.Effect == PathEffect.Stops);
    }

    [Fact]
    public void A_missing_route_stops_it()
    {
        _host.Kernel.Ip("route del default");
        Assert.Contains(Check("10.0.0.1", "8.8.8.8", 80), finding => finding is { Effect: PathEffect.Stops, Text: "no route to 8.8.8.8" });
    }

    private IReadOnlyList<PathFinding> Check(string from, string to, ushort port) =>
        _host.Kernel.Network.Run(() => PathCheck.Run(new PathPacket(IPAddress.Parse(from), IPAddress.Parse(to), Protocol.Tcp, port)));
}
