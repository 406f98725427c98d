using System.Net;
using System.Net.Sockets;
using Calico.Lab.Tests.Netlink;
using Calico.Model.Hosts;
using Calico.Model.Resources.Specs;
using Calico.Model.Values;
using Calico.Netlink.Conntracking;

namespace Calico.Lab.Tests.Dataplane;

/// <summary>Long policies, denials, running connections, staged policies, traffic while things change.</summary>
public sealed class PolicyKernelTests : IAsyncLifetime
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
    public async Task A_thousand_rules_of_both_verdicts_are_look_ups_that_decide_as_the_rules_and_survive_a_restart_untouched()
    {
        var a = await _host.RunAsync("a", "10.0.0.1");
        var b = await _host.RunAsync("b", "10.0.0.2");
        TcpListener[] listeners = [.. new[] { 1000, 1001, 1002, 1999, 2000 }.Select(b.Listen)];
        await ApplyAsync("calib",
        [
            .. Enumerable.Range(0, 250).Select(i => Rule(i % 2 == 0 ? RuleAction.Allow : RuleAction.Deny, 1000 + i, "10.0.0.0/30")),
            .. Enumerable.Range(0, 250).Select(i => Rule(i % 2 == 0 ? RuleAction.Deny : RuleAction.Allow, 1000 + i, $"10.7.{i}.0/24")),
            .. Enumerable.Range(0, 500).Select(i => Rule(RuleAction.Deny, 1500 + i)),
            Rule(RuleAction.Allow, 2000),
        ]);

        Assert.Empty(_host.Dataplane.Problems);
        Assert.True(await a.ConnectsAsync("10.0.0.2", 1000));
        Assert.False(await a.ConnectsAsync("10.0.0.2", 1001));
        Assert.True(await a.ConnectsAsync("10.0.0.2", 1002));
        Assert.False(await a.ConnectsAsync("10.0.0.2", 1999));
        Assert.True(await a.ConnectsAsync("10.0.0.2", 2000));
        Assert.False(await _host.Neighbour.ConnectsAsync("10.0.0.2", 1000));
        Assert.True(_host.Nft("list chain inet calico in/GlobalNetworkPolicy/test").Split('\n').Length < 12);

        var before = _host.Nft("-a -s list table inet calico");
        await _host.RestartAsync();
        _host.Want(state => state);
        await _host.ProgrammedAsync("calia");
        Assert.Equal(Sorted(before), Sorted(_host.Nft("-a -s list table inet calico")));
        Array.ForEach(listeners, listener => listener.Dispose());
    }

    [Fact]
    public async Task A_denied_packet_is_seen_with_its_endpoint_policy_and_rule()
    {
        var a = await _host.RunAsync("a", "10.0.0.1");
        await _host.RunAsync("b", "10.0.0.2");
        await ApplyAsync("calib", [Rule(RuleAction.Allow, 80), Rule(RuleAction.Deny, 81) with { Index = 5 }]);

        Assert.False(await a.ConnectsAsync("10.0.0.2", 81));
        Assert.False(await a.ConnectsAsync("10.0.0.2", 99));

        await RoutedHost.UntilAsync(() => _host.Dataplane.Denials.Since(0).Denials.Count >= 2);
        var list = _host.Dataplane.Denials.Since(0);
        var byRule = Assert.Single(list.Denials, denial => denial.Rule == 5);
        Assert.Equal(("WorkloadEndpoint(default/b)", PolicyType.Ingress, Policy.ToString(), false), (byRule.Endpoint, byRule.Direction, byRule.Policy, byRule.IsStaged));
        Assert.Equal((Protocol.Tcp, "10.0.0.1", "10.0.0.2", (ushort?)81), (byRule.Protocol, byRule.Source.ToString(), byRule.Destination.ToString(), byRule.DestinationPort));
        var byTier = Assert.Single(list.Denials, denial => denial.DestinationPort == 99);
        Assert.Equal(("end of tier default", null), (byTier.Reason, byTier.Policy));
        Assert.Empty(_host.Dataplane.Denials.Since(list.Serial).Denials);
    }

    [Fact]
    public async Task A_staged_policy_denies_nothing_and_what_it_would_is_seen()
    {
        var staged = new RulesId("StagedGlobalNetworkPolicy", null, "test");
        var a = await _host.RunAsync("a", "10.0.0.1");
        await _host.RunAsync("b", "10.0.0.2");
        _host.Want(state => state with
        {
            Rules = state.Rules.SetItem(staged, new([new() { Action = RuleAction.Deny, Protocol = Protocol.Icmp }, new() { Action = RuleAction.Allow, Index = 1 }], [])),
            Endpoints = state.Endpoints.SetItem("calib", state.Endpoints["calib"] with { Ingress = [new EndpointTier("default", [], RuleAction.Deny) { Preview = [staged] }] }),
        });
        await _host.ProgrammedAsync("calib");

        Assert.True(a.Reaches("10.0.0.2"));

        await RoutedHost.UntilAsync(() => _host.Dataplane.Denials.Since(0).Denials.Count > 0);
        var seen = Assert.Single(_host.Dataplane.Denials.Since(0).Denials);
        Assert.Equal((true, staged.ToString(), 0), (seen.IsStaged, seen.Policy, seen.Rule));
    }

    [Theory]
    [InlineData(ExistingConnections.Keep, true)]
    [InlineData(ExistingConnections.Terminate, false)]
    public async Task A_running_connection_that_policy_no_longer_allows_goes_on_or_is_cut_as_the_settings_say(ExistingConnections existing, bool goesOn)
    {
        var a = await _host.RunAsync("a", "10.0.0.1");
        var b = await _host.RunAsync("b", "10.0.0.2");
        await ApplyAsync("calib", [Rule(RuleAction.Allow, 80), Rule(RuleAction.Allow, 81)]);
        using var doomed = await Connection.OpenAsync(a, b, "10.0.0.2", 80);
        using var allowed = await Connection.OpenAsync(a, b, "10.0.0.2", 81);
        Assert.True(await doomed.EchoesAsync() && await allowed.EchoesAsync());

        _host.Want(state => state with { Settings = state.Settings with { ExistingConnections = existing } });
        await ApplyAsync("calib", [Rule(RuleAction.Allow, 81)]);

        Assert.Equal(goesOn, await doomed.EchoesAsync());
        Assert.True(await allowed.EchoesAsync());
        Assert.False(await a.ConnectsAsync("10.0.0.2", 80));
    }

    [Fact]
    public async Task A_ping_that_policy_no_longer_allows_is_forgotten_too()
    {
        var a = await _host.RunAsync("a", "10.0.0.1");
        await _host.RunAsync("b", "10.0.0.2");
        await ApplyAsync("calib", [new() { Action = RuleAction.Allow, Protocol = Protocol.Icmp }]);
        Assert.True(a.Reaches("10.0.0.2"));
        using var flows = FlowTable.Open(_host.Kernel.Network);
        Assert.Contains(flows.List(), IsPing);

        _host.Want(state => state with { Settings = state.Settings with { ExistingConnections = ExistingConnections.Terminate } });
        await ApplyAsync("calib", [Rule(RuleAction.Allow, 80)]);

        await RoutedHost.UntilAsync(() => !flows.List().Any(IsPing));

        static bool IsPing(Flow flow) => flow.Original is { Protocol: 1, IcmpType: 8 } && flow.Involves(IPAddress.Parse("10.0.0.2"));
    }

    [Fact]
    public async Task Connections_of_an_address_end_with_its_endpoint()
    {
        var a = await _host.RunAsync("a", "10.0.0.1");
        var b = await _host.RunAsync("b", "10.0.0.2");
        var c = await _host.RunAsync("c", "10.0.0.3");
        using var gone = await Connection.OpenAsync(a, b, "10.0.0.2", 80);
        using var stays = await Connection.OpenAsync(a, c, "10.0.0.3", 80);
        using var flows = FlowTable.Open(_host.Kernel.Network);
        Assert.Contains(flows.List(), flow => flow.Involves(IPAddress.Parse("10.0.0.2")));

        _host.Want(state => state with { Endpoints = state.Endpoints.Remove("calib") });

        await RoutedHost.UntilAsync(() => !flows.List().Any(flow => flow.Involves(IPAddress.Parse("10.0.0.2"))));
        Assert.Contains(flows.List(), flow => flow.Involves(IPAddress.Parse("10.0.0.3")));
        Assert.True(await stays.EchoesAsync());
    }

    [Fact]
    public async Task No_packet_is_lost_and_none_slips_through_while_policies_that_agree_on_it_replace_each_other()
    {
        var a = await _host.RunAsync("a", "10.0.0.1");
        var b = await _host.RunAsync("b", "10.0.0.2");
        using var listener = b.Listen(80);
        using var closed = b.Listen(81);
        HostRule[][] policies =
        [
            [Rule(RuleAction.Allow, 80)],
            [Rule(RuleAction.Deny, 81), Rule(RuleAction.Allow, 80)],
            [.. Enumerable.Range(70, 30).Select(port => Rule(port == 80 ? RuleAction.Allow : RuleAction.Deny, port))],
        ];
        await ApplyAsync("calib", policies[0]);
        using var stop = new CancellationTokenSource();
        var changing = Task.Run(
            async () =>
            {
                for (var i = 0; !stop.IsCancellationRequested; i++)
                {
                    Apply("calib", policies[i % policies.Length]);
                    await Task.Delay(5, TestContext.Current.CancellationToken);
                }
            },
            TestContext.Current.CancellationToken);

        var (opened, slipped) = (0, 0);
        for (var i = 0; i < 300; i++)
            opened += await a.ConnectsAsync("10.0.0.2", 80) ? 1 : 0;
        for (var i = 0; i < 5; i++)
            slipped += await a.ConnectsAsync("10.0.0.2", 81) ? 1 : 0;
        await stop.CancelAsync();
        await changing;

        Assert.Equal((300, 0), (opened, slipped));
    }

    [Fact]
    public async Task A_flush_by_somebody_else_is_put_right_within_a_second_and_reported()
    {
        var a = await _host.RunAsync("a", "10.0.0.1");
        var b = await _host.RunAsync("b", "10.0.0.2");
        using var listener = b.Listen(81);
        await ApplyAsync("calib", [Rule(RuleAction.Allow, 80)]);
        await Task.Delay(300, TestContext.Current.CancellationToken);

        _host.Nft("flush ruleset");
        await RoutedHost.UntilAsync(() => _host.Kernel.TryRun("/usr/sbin/nft", ["list", "chain", "inet", "calico", "forward"]).Status == 0, seconds: 1);

        Assert.False(await a.ConnectsAsync("10.0.0.2", 81));
        await RoutedHost.UntilAsync(() => _host.Log.Lines.Any(line => line.Contains("Somebody changed", StringComparison.Ordinal)));
    }

    private static HostRule Rule(RuleAction action, int port, string? source = null) => new()
    {
        Action = action,
        Protocol = Protocol.Tcp,
        Source = source is null ? HostPeer.Any : new() { Nets = [IPNetwork.Parse(source)] },
        Destination = new() { Ports = [new((ushort)port)] },
    };

    private void Apply(string interfaceName, params HostRule[] ingress) => _host.Want(state => state with
    {
        Rules = state.Rules.SetItem(Policy, new(ingress.ToValueList(), [])),
        Endpoints = state.Endpoints.SetItem(interfaceName, state.Endpoints[interfaceName] with { Ingress = [new("default", [Policy], RuleAction.Deny)] }),
    });

    private Task ApplyAsync(string interfaceName, HostRule[] ingress)
    {
        Apply(interfaceName, ingress);
        return _host.ProgrammedAsync(interfaceName);
    }

    private static string Sorted(string listing) => string.Join('\n', listing.Split('\n', ',', '{', '}').Select(line => line.Trim()).Order(StringComparer.Ordinal));

    /// <summary>A TCP connection whose far end sends back what it gets.</summary>
    private sealed class Connection : IDisposable
    {
        private readonly TcpListener _listener;
        private readonly Socket _near;
        private readonly Socket _far;

        private Connection(TcpListener listener, Socket near, Socket far) => (_listener, _near, _far) = (listener, near, far);

        public static async Task<Connection> OpenAsync(FreshNamespace from, FreshNamespace to, string address, int port)
        {
            var listener = to.Listen(port);
            var near = from.Network.Run(() => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true });
            await near.ConnectAsync(IPAddress.Parse(address), port, RoutedHost.Deadline(2));
            var far = await listener.AcceptSocketAsync(RoutedHost.Deadline(2));
            return new(listener, near, far);
        }

        /// <summary>A byte comes over and back within a second.</summary>
        public async Task<bool> EchoesAsync()
        {
            var one = new byte[1];
            try
            {
                await _near.SendAsync(one, RoutedHost.Deadline(1));
                await _far.ReceiveAsync(one, RoutedHost.Deadline(1));
                await _far.SendAsync(one, RoutedHost.Deadline(1));
                await _near.ReceiveAsync(one, RoutedHost.Deadline(1));
                return true;
            }
            catch (OperationCanceledException) when (!TestContext.Current.CancellationToken.IsCancellationRequested)
            {
                return false;
            }
        }

        public void Dispose()
        {
            _near.Dispose();
            _far.Dispose();
            _listener.Dispose();
        }
    }
}
