using System.Net;
using Calico.Model.Hosts;
using Calico.Model.Resources.Specs;
using Calico.Model.Values;

namespace Calico.Lab.Tests.Dataplane;

public sealed class PolicyTests : IAsyncLifetime
{
    private static readonly RulesId Policy = new("GlobalNetworkPolicy", null, "test");

    private readonly RoutedHost _host = new();

    public ValueTask InitializeAsync()
    {
        _host.Start();
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task A_workload_passes_nothing_before_it_is_known_and_everything_allowed_right_after()
    {
        await _host.RunAsync("b", "10.0.0.2");
        var stranger = _host.Wire("a", "10.0.0.1");
        _host.Kernel.Ip("route add 10.0.0.1 dev calia proto static"); // not for want of a route
        _host.Kernel.Run("/usr/sbin/sysctl", "-qw", "net.ipv4.conf.calia.proxy_arp=1", "net.ipv4.conf.calia.forwarding=1");

        Assert.True(stranger.IsCutOffFrom("10.0.0.2"));
        Assert.True(stranger.IsCutOffFrom("192.168.26.102"));
        Assert.True(stranger.IsCutOffFrom("192.168.26.100"));
        Assert.True(_host.Neighbour.IsCutOffFrom("10.0.0.1"));

        _host.Kernel.Ip("route del 10.0.0.1 dev calia proto static");
        _host.Want(RoutedHost.Endpoint("a", "10.0.0.1"));
        await _host.ProgrammedAsync("calia");

        Assert.True(stranger.Reaches("10.0.0.2"));
        Assert.True(stranger.Reaches("192.168.26.102"));
        Assert.True(stranger.Reaches("192.168.26.100"));
        Assert.True(_host.Neighbour.Reaches("10.0.0.1"));
        Assert.True(_host.Kernel.Reaches("10.0.0.1"));
    }

    [Fact]
    public async Task IPv6_flows_and_is_closed_alike()
    {
        var a = await _host.RunAsync("a", "10.0.0.1", "fd10::1");
        var b = await _host.RunAsync("b", "10.0.0.2", "fd10::2");

        await RoutedHost.UntilAsync(() => a.Reaches("fd10::2"));
        Assert.True(_host.Neighbour.Reaches("fd10::1"));
        Apply("caliB", b => b); // no such endpoint: nothing changes
        Apply("calib", endpoint => endpoint, new HostRule { Action = RuleAction.Deny, Source = new() { Nets = [IPNetwork.Parse("fd10::1/128")] } }, Allow());

        await RoutedHost.UntilAsync(() => a.IsCutOffFrom("fd10::2"));
        Assert.True(a.Reaches("10.0.0.2"));
        Assert.True(b.Reaches("fd10::1"));
    }

    [Fact]
    public async Task A_deny_takes_effect_at_once_and_so_does_its_end()
    {
        var a = await _host.RunAsync("a", "10.0.0.1");
        await _host.RunAsync("b", "10.0.0.2");
        Assert.True(a.Reaches("10.0.0.2"));

        Apply("calib", endpoint => endpoint, new HostRule { Action = RuleAction.Deny, Source = new() { Nets = [IPNetwork.Parse("10.0.0.1/32")] } }, Allow());
        await RoutedHost.UntilAsync(() => a.IsCutOffFrom("10.0.0.2"), seconds: 3);
        Assert.True(_host.Neighbour.Reaches("10.0.0.2"));

        _host.Want(RoutedHost.Endpoint("b", "10.0.0.2"));
        await RoutedHost.UntilAsync(() => a.Reaches("10.0.0.2"), seconds: 3);
    }

    [Fact]
    public async Task The_senders_egress_and_the_receivers_ingress_must_both_agree()
    {
        var a = await _host.RunAsync("a", "10.0.0.1");
        await _host.RunAsync("b", "10.0.0.2");
        var deny = new HostRule { Action = RuleAction.Deny, Destination = new() { Nets = [IPNetwork.Parse("10.0.0.2/32")] } };

        ApplyEgress("calia", deny, Allow());

        await RoutedHost.UntilAsync(() => a.IsCutOffFrom("10.0.0.2"));
        Assert.True(a.Reaches("192.168.26.102"));
    }

    [Fact]
    public async Task Ports_and_selected_addresses_decide_and_a_new_member_is_let_in_without_a_new_chain()
    {
        var a = await _host.RunAsync("a", "10.0.0.1");
        var b = await _host.RunAsync("b", "10.0.0.2");
        using var web = b.Listen(80);
        using var other = b.Listen(81);
        var rule = new HostRule
        {
            Action = RuleAction.Allow,
            Protocol = Protocol.Tcp,
            Source = new() { Sets = ["s:friends"] },
            Destination = new() { Ports = [new(80), Port.Range(8000, 8010)] },
        };
        Apply("calib", endpoint => endpoint, rule);
        await RoutedHost.UntilAsync(() => a.IsCutOffFrom("10.0.0.2"));
        Assert.False(await a.ConnectsAsync("10.0.0.2", 80));
        var chain = _host.Nft("-a list chain inet calico in/GlobalNetworkPolicy/test");

        _host.Want(state => state with { AddressSets = state.AddressSets.SetItem("s:friends", [IPNetwork.Parse("10.0.0.1/32")]) });

        await UntilConnectsAsync(a.ConnectsAsync, "10.0.0.2", 80);
        Assert.False(await a.ConnectsAsync("10.0.0.2", 81));
        Assert.Contains("10.0.0.1", _host.Nft("list set inet calico hosts4/friends"), StringComparison.Ordinal);
        Assert.Equal(Handles(chain), Handles(_host.Nft("-a list chain inet calico in/GlobalNetworkPolicy/test")));
    }

    [Fact]
    public async Task A_source_that_is_not_the_workloads_own_is_dropped()
    {
        var a = await _host.RunAsync("a", "10.0.0.1", "fd10::1");
        await _host.RunAsync("b", "10.0.0.2", "fd10::2");
        a.Ip("address add 10.0.0.77/32 dev cali0");
        a.Ip("address add fd10::77/128 dev cali0 nodad");
        _host.Neighbour.Ip("route add blackhole 10.0.0.99"); // unused, but the neighbour has room for it

        Assert.NotEqual(0, a.TryRun("/usr/bin/ping", ["-n", "-c2", "-i0.2", "-W0.5", "-I", "10.0.0.77", "10.0.0.2"]).Status);
        Assert.NotEqual(0, a.TryRun("/usr/bin/ping", ["-n", "-c2", "-i0.2", "-W0.5", "-I", "fd10::77", "fd10::2"]).Status);
        Assert.Contains("spoofed source", _host.Nft("list chain inet calico check-source"), StringComparison.Ordinal);
        Assert.True(a.Reaches("10.0.0.2"));
    }

    [Fact]
    public async Task A_table_that_somebody_deletes_or_edits_is_back_within_a_second_and_others_tables_stay()
    {
        var a = await _host.RunAsync("a", "10.0.0.1");
        await _host.RunAsync("b", "10.0.0.2");
        Apply("calib", endpoint => endpoint, new HostRule { Action = RuleAction.Deny, Protocol = Protocol.Icmp }, Allow());
        await RoutedHost.UntilAsync(() => a.IsCutOffFrom("10.0.0.2"));
        _host.Nft("add table inet mine");
        _host.Nft("add chain inet mine c");
        await Task.Delay(300, TestContext.Current.CancellationToken);
        var before = _host.Nft("-s list table inet calico");

        _host.Nft("delete table inet calico");
        await RoutedHost.UntilAsync(() => _host.Kernel.TryRun("/usr/sbin/nft", ["list", "table", "inet", "calico"]).Status == 0, seconds: 1.5);
        Assert.True(a.IsCutOffFrom("10.0.0.2"));

        _host.Nft("insert rule inet calico forward accept");
        _host.Nft("flush chain inet calico in/GlobalNetworkPolicy/test");
        _host.Nft("delete element inet calico to-endpoint { calia }");
        await RoutedHost.UntilAsync(() => Sorted(_host.Nft("-s list table inet calico")) == Sorted(before), seconds: 1.5);
        Assert.Contains("chain c", _host.Nft("list table inet mine"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_restart_loses_no_packet_and_keeps_the_table_as_it_is()
    {
        var a = await _host.RunAsync("a", "10.0.0.1");
        await _host.RunAsync("b", "10.0.0.2");
        await Task.Delay(300, TestContext.Current.CancellationToken);
        var before = _host.Nft("-a -s list table inet calico");
        var pinging = Task.Run(() => a.TryRun("/usr/bin/ping", ["-n", "-q", "-i0.01", "-c200", "-W1", "10.0.0.2"]), TestContext.Current.CancellationToken);
        await Task.Delay(300, TestContext.Current.CancellationToken);

        await _host.RestartAsync();
        _host.Want(state => state);
        await _host.ProgrammedAsync("calib");

        Assert.Contains(" 0% packet loss", (await pinging).Output, StringComparison.Ordinal);
        Assert.Equal(Sorted(before), Sorted(_host.Nft("-a -s list table inet calico")));
    }

    [Fact]
    public async Task What_leaves_the_pools_is_masqueraded_and_what_stays_inside_is_not()
    {
        _host.Want(state => state with { Pools = [IPNetwork.Parse("10.0.0.0/16")], NatOutgoingPools = [IPNetwork.Parse("10.0.0.0/16")] });
        var a = await _host.RunAsync("a", "10.0.0.1");
        _host.Neighbour.Ip("address add 10.0.200.1/32 dev lo");
        _host.Learn(isRestartComplete: true, ("10.0.200.1/32", "192.168.26.102"));
        using var listener = _host.Neighbour.Listen(80);

        Assert.Equal("192.168.26.100", await SourceSeenAsync(listener, a, "192.168.26.102"));
        await RoutedHost.UntilAsync(() => a.Reaches("10.0.200.1"));
        Assert.Equal("10.0.0.1", await SourceSeenAsync(listener, a, "10.0.200.1"));
    }

    [Fact]
    public async Task Every_field_of_a_rule_is_taken_by_the_kernel_and_read_back_the_same()
    {
        await _host.RunAsync("a", "10.0.0.1", "fd10::1");
        _host.Want(state => state with
        {
            AddressSets = state.AddressSets.SetItem("s:nets", [IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("10.0.0.0/24"), IPNetwork.Parse("0.0.0.0/0"), IPNetwork.Parse("fd00::/8")]),
        });
        Apply(
            "calia",
            endpoint => endpoint,
            new HostRule { Action = RuleAction.Log, Protocol = Protocol.Tcp },
            new HostRule { Action = RuleAction.Pass, NotProtocol = Protocol.Sctp },
            new HostRule { Action = RuleAction.Allow, IpVersion = 4, Protocol = Protocol.Icmp, Icmp = new() { Type = 8, Code = 0 } },
            new HostRule { Action = RuleAction.Allow, Protocol = Protocol.IcmpV6, NotIcmp = new() { Type = 128 } },
            new HostRule { Action = RuleAction.Deny, Source = new() { NotPorts = [new(1), Port.Range(5, 9)] }, Destination = new() { Ports = [Port.Range(1, 65535)], NotPorts = [Port.Range(80, 90)] } },
            new HostRule
            {
                Action = RuleAction.Deny,
                Source = new() { Nets = [IPNetwork.Parse("10.0.0.0/9"), IPNetwork.Parse("10.128.0.0/9"), IPNetwork.Parse("fd00::/9")], NotSets = ["s:nets"] },
                Destination = new() { NotNets = [IPNetwork.Parse("172.16.0.0/12"), IPNetwork.Parse("fe00::/9")], Sets = ["s:nets"] },
            });

        await RoutedHost.UntilAsync(() => _host.Nft("list chains").Contains("deny/in/tier/default", StringComparison.Ordinal));
        Assert.Empty(_host.Dataplane.Problems);
        var before = _host.Nft("-a -s list table inet calico");
        await _host.RestartAsync();
        _host.Want(state => state);
        await _host.ProgrammedAsync("calia");

        Assert.Equal(Sorted(before), Sorted(_host.Nft("-a -s list table inet calico")));
    }

    private static HostRule Allow() => new() { Action = RuleAction.Allow };

    /// <summary>Gives the endpoint a policy of these ingress rules, and default deny after them.</summary>
    private void Apply(string interfaceName, Func<LocalEndpoint, LocalEndpoint> change, params HostRule[] ingress) => _host.Want(state =>
        state.Endpoints.TryGetValue(interfaceName, out var endpoint)
            ? state with
            {
                Rules = state.Rules.SetItem(Policy, new(ingress.ToValueList(), [])),
                Endpoints = state.Endpoints.SetItem(interfaceName, change(endpoint) with { Ingress = [new("default", [Policy], RuleAction.Deny)] }),
            }
            : state);

    private void ApplyEgress(string interfaceName, params HostRule[] egress) => _host.Want(state => state with
    {
        Rules = state.Rules.SetItem(Policy, new([], egress.ToValueList())),
        Endpoints = state.Endpoints.SetItem(interfaceName, state.Endpoints[interfaceName] with { Egress = [new("default", [Policy], RuleAction.Deny)] }),
    });

    private static async Task UntilConnectsAsync(Func<string, int, Task<bool>> connect, string address, int port)
    {
        for (var attempt = 0; attempt < 5; attempt++)
        {
            if (await connect(address, port))
                return;
        }

        Assert.Fail($"no connection to {address}:{port}");
    }

    private static async Task<string> SourceSeenAsync(System.Net.Sockets.TcpListener listener, Netlink.FreshNamespace from, string address)
    {
        Assert.True(await from.ConnectsAsync(address, 80));
        using var accepted = await listener.AcceptTcpClientAsync(RoutedHost.Deadline(2));
        return ((IPEndPoint?)accepted.Client.RemoteEndPoint)?.Address.MapToIPv4().ToString() ?? "";
    }

    /// <summary>The kernel lists chains, sets and elements in no order of ours.</summary>
    private static string Sorted(string listing) => string.Join('\n', listing.Split('\n', ',', '{', '}').Select(line => line.Trim()).Order(StringComparer.Ordinal));

    private static IEnumerable<string> Handles(string listing) =>
        listing.Split('\n').Where(line => line.Contains("# handle", StringComparison.Ordinal)).Select(line => line[line.IndexOf("# handle", StringComparison.Ordinal)..]);
}
