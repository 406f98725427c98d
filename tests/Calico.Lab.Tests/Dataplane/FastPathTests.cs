using System.Net;
using System.Net.Sockets;
using Calico.Lab.Tests.Netlink;
using Calico.Model.Hosts;
using Calico.Model.Resources.Specs;
using Calico.Netlink.Bpf;

namespace Calico.Lab.Tests.Dataplane;

public sealed class FastPathTests : IAsyncLifetime
{
    private const int Port = 5201, Exchanges = 300;

    /// <summary>What may be seen on the long way of <see cref="Exchanges"/>: handshake, beginnings, and one packet a second of each flow.</summary>
    private const int Few = 100;

    private readonly RoutedHost _host = new();

    public ValueTask InitializeAsync()
    {
        _host.Start();
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Theory]
    [InlineData("10.0.0.1", "192.168.26.102")]
    [InlineData("fd10::1", "fd26::102")]
    public async Task A_connection_with_another_host_goes_past_the_hosts_tables_with_one_hop_less(string address, string neighbour)
    {
        var container = await RunAsync("a", address);
        var hops = address.Contains(':', StringComparison.Ordinal) ? "ip6 hoplimit" : "ip ttl";
        Count(_host.Neighbour, "input", $"tcp dport {Port} {hops} != 63");
        CountForwarded();

        using (var conversation = await Conversation.TcpAsync(container, _host.Neighbour, neighbour, Port))
            await conversation.ExchangeAsync(Exchanges);

        Assert.InRange(Counted(_host.Kernel), 1, Few);
        Assert.Equal(0, Counted(_host.Neighbour));
    }

    [Fact]
    public async Task A_connection_from_another_host_and_one_between_two_containers_do_so_too()
    {
        var a = await RunAsync("a", "10.0.0.1");
        var b = await RunAsync("b", "10.0.0.2");
        CountForwarded();

        using (var conversation = await Conversation.TcpAsync(_host.Neighbour, a, "10.0.0.1", Port))
            await conversation.ExchangeAsync(Exchanges);
        using (var conversation = await Conversation.TcpAsync(a, b, "10.0.0.2", Port))
            await conversation.ExchangeAsync(Exchanges);

        Assert.InRange(Counted(_host.Kernel), 1, 2 * Few);
    }

    [Fact]
    public async Task Datagrams_that_are_answered_do_so_too_and_large_transfers_arrive_whole()
    {
        var a = await RunAsync("a", "10.0.0.1");
        using (var datagrams = await LastingDatagramsAsync(a))
        {
            CountForwarded();
            await datagrams.ExchangeAsync(Exchanges);
        }

        Assert.InRange(Counted(_host.Kernel), 0, Few);

        using var stream = await Conversation.TcpAsync(_host.Neighbour, a, "10.0.0.1", Port);
        await stream.ExchangeAsync(times: 20, octets: 1 << 20);
    }

    [Fact]
    public async Task Where_it_is_not_wanted_every_packet_goes_the_long_way()
    {
        await _host.RestartAsync(options => options with { UsesFastPath = false });
        var container = await RunAsync("a", "10.0.0.1", isFast: false);
        CountForwarded();

        using (var conversation = await Conversation.TcpAsync(container, _host.Neighbour, "192.168.26.102", Port))
            await conversation.ExchangeAsync(Exchanges);

        Assert.True(Counted(_host.Kernel) >= 2 * Exchanges);
    }

    [Fact]
    public async Task A_policy_that_ends_connections_ends_those_on_the_fast_path()
    {
        var container = await RunAsync("a", "10.0.0.1");
        _host.Want(state => state with { Settings = state.Settings with { ExistingConnections = ExistingConnections.Terminate } });
        using var conversation = await Conversation.TcpAsync(container, _host.Neighbour, "192.168.26.102", Port);
        await conversation.ExchangeAsync(Exchanges);

        var denied = _host.State.Endpoints["calia"] with { Profiles = [] };
        _host.Want(denied);
        await _host.ProgrammedAsync("calia");

        Assert.False(await conversation.StillGoesAsync());
    }

    [Fact]
    public async Task A_connection_goes_on_when_the_node_ends_and_when_it_is_back()
    {
        var container = await RunAsync("a", "10.0.0.1");
        using var conversation = await Conversation.TcpAsync(container, _host.Neighbour, "192.168.26.102", Port);
        await conversation.ExchangeAsync(Exchanges);

        await _host.StopAsync();
        await conversation.ExchangeAsync(20);
        await _host.RestartAsync();
        _host.Want(_host.State.Endpoints["calia"]);
        await FastAsync();
        CountForwarded();
        await conversation.ExchangeAsync(Exchanges);

        Assert.InRange(Counted(_host.Kernel), 0, Few);
    }

    [Fact]
    public async Task Nobody_sends_over_anothers_connection()
    {
        var owner = await RunAsync("a", "10.0.0.1");
        var thief = await RunAsync("b", "10.0.0.2");
        using var conversation = await LastingDatagramsAsync(owner);
        Count(_host.Neighbour, "input", "udp length 15");

        var port = ((IPEndPoint)conversation.Client.LocalEndPoint!).Port;
        thief.Ip("address add 10.0.0.1/32 dev cali0");
        using var forged = thief.Network.Run(() => new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp));
        forged.Bind(new IPEndPoint(IPAddress.Parse("10.0.0.1"), port));
        for (var i = 0; i < 20; i++)
            await forged.SendToAsync(new byte[7], new IPEndPoint(IPAddress.Parse("192.168.26.102"), Port));
        await conversation.ExchangeAsync(1);

        Assert.Equal(0, Counted(_host.Neighbour));
    }

    [Fact]
    public async Task A_translated_connection_stays_translated()
    {
        var container = await RunAsync("a", "10.0.0.1");
        _host.Want(state => state with { Pools = [IPNetwork.Parse("10.0.0.0/16")], NatOutgoingPools = [IPNetwork.Parse("10.0.0.0/16")] });
        await _host.ProgrammedAsync("calia");

        using var conversation = await Conversation.TcpAsync(container, _host.Neighbour, "192.168.26.102", Port);
        await conversation.ExchangeAsync(Exchanges);

        Assert.Equal("192.168.26.100", ((IPEndPoint)conversation.Server.RemoteEndPoint!).Address.MapToIPv4().ToString());
    }

    [Fact]
    public async Task Datagrams_that_only_arrive_keep_their_connection()
    {
        _host.Kernel.Run("/usr/sbin/sysctl", "-w", "net.netfilter.nf_conntrack_udp_timeout_stream=2");
        var onlySends = new RulesId("Profile", null, "only-sends");
        _host.Want(state => state with { Rules = state.Rules.Add(onlySends, new([], [new() { Action = RuleAction.Allow }])) });
        var container = await RunAsync("a", "10.0.0.1");
        _host.Want(_host.State.Endpoints["calia"] with { Profiles = [onlySends] });
        await _host.ProgrammedAsync("calia");
        using var conversation = await LastingDatagramsAsync(container);

        for (var i = 0; i < 30; i++)
        {
            await Conversation.CarryAsync(conversation.Server, conversation.Client, 10);
            await Task.Delay(200, TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task What_is_too_large_for_the_container_is_told_to_its_sender()
    {
        var container = await RunAsync("a", "10.0.0.1");
        _host.Kernel.Ip("link set calia mtu 1400");
        container.Ip("link set cali0 mtu 1400");
        using var conversation = await LastingDatagramsAsync(container);
        conversation.Server.SetSocketOption(SocketOptionLevel.IP, (SocketOptionName)10, 2); // IP_MTU_DISCOVER, IP_PMTUDISC_DO

        var error = await Assert.ThrowsAsync<SocketException>(async () =>
        {
            for (var i = 0; i < 50; i++)
            {
                await conversation.Server.SendAsync(new byte[1450], RoutedHost.Deadline(5));
                await Task.Delay(20, TestContext.Current.CancellationToken);
            }
        });
        Assert.Equal(SocketError.MessageSize, error.SocketErrorCode);
    }

    [Fact]
    public async Task A_host_whose_policy_asks_every_packet_has_none()
    {
        await RunAsync("a", "10.0.0.1");

        _host.Want(state => state with
        {
            HostEndpoints = state.HostEndpoints.Add("h", new()
            {
                Id = "h",
                Interface = "ens32",
                Untracked = new([new("default", [RoutedHost.AllowAll], RuleAction.Deny)], []),
            }),
        });

        await RoutedHost.UntilAsync(() => _host.Dataplane.FastPath.Interfaces == 0);
        Assert.Null(_host.Dataplane.FastPath.WhyNot);
    }

    [Fact]
    public async Task What_failed_is_told_once_and_succeeds_when_what_was_in_its_way_is_gone()
    {
        const int MostAtOnce = 63; // of one interface: bpf_mprog_max() (linux/bpf_mprog.h)
        var uplink = _host.Kernel.Index("ens32");
        var others = _host.Kernel.Network.Run(() => Enumerable.Range(0, MostAtOnce).Select(_ => Idle(uplink)).ToList());
        await _host.RestartAsync(options => options with { FullCompareEvery = TimeSpan.FromMilliseconds(200) });

        await RunAsync("a", "10.0.0.1", isFast: false);
        await RoutedHost.UntilAsync(() => _host.Dataplane.FastPath.WhyNot is not null);
        await Task.Delay(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken);
        Assert.Contains("Containers work without it", _host.Dataplane.FastPath.WhyNot, StringComparison.Ordinal);
        Assert.Equal(0, _host.Dataplane.FastPath.Interfaces);
        Assert.Single(_host.Log.Lines, line => line.StartsWith("No fast path", StringComparison.Ordinal));

        foreach (var link in others)
            link.Dispose();
        await RoutedHost.UntilAsync(() => _host.Dataplane.FastPath is { Interfaces: 2, WhyNot: null });
        Assert.Single(_host.Log.Lines, line => line.StartsWith("The fast path for known connections is in use", StringComparison.Ordinal));
    }

    /// <summary>A program of its own that has no opinion, at work until the link ends.</summary>
    private static TcxLink Idle(int link)
    {
        var code = new BpfAssembler();
        code.Move(BpfRegister.R0, TcxLink.Next);
        code.Exit();
        using var program = BpfProgram.Load("calico_idle", code.Assemble(), "Dual MIT/GPL", []);
        return TcxLink.Attach(program, link);
    }

    /// <summary>With 192.168.26.102, going on for long enough that connection tracking thinks it worth keeping: two seconds (nf_conntrack_proto_udp.c).</summary>
    private async Task<Conversation> LastingDatagramsAsync(FreshNamespace from)
    {
        var conversation = await Conversation.UdpAsync(from, _host.Neighbour, "192.168.26.102", Port);
        for (var i = 0; i < 14; i++)
        {
            await conversation.ExchangeAsync(1);
            await Task.Delay(200, TestContext.Current.CancellationToken);
        }

        return conversation;
    }

    private async Task<FreshNamespace> RunAsync(string name, string address, bool isFast = true)
    {
        var container = _host.Wire(name, address);
        var mac = container.Route.Links.Find("cali0")?.HardwareAddress;
        _host.Want(RoutedHost.Endpoint(name, address) with { Mac = mac });
        await _host.ProgrammedAsync("cali" + name);
        if (isFast)
            await FastAsync();
        return container;
    }

    /// <summary>At every container's interface, and at the uplink.</summary>
    private async Task FastAsync()
    {
        await RoutedHost.UntilAsync(() => _host.Dataplane.FastPath.Interfaces == _host.State.Endpoints.Count + 1 || _host.Dataplane.FastPath.WhyNot is not null);
        Assert.Null(_host.Dataplane.FastPath.WhyNot);
    }

    private void CountForwarded() => Count(_host.Kernel, "forward", "meta l4proto { tcp, udp }");

    private static void Count(FreshNamespace at, string hook, string what)
    {
        Nft(at, "add table inet seen");
        Nft(at, $"add chain inet seen {hook} {{ type filter hook {hook} priority -400 ; }}");
        Nft(at, "add counter inet seen counted");
        Nft(at, $"add rule inet seen {hook} {what} counter name counted");
    }

    private static int Counted(FreshNamespace at)
    {
        var words = Nft(at, "list counter inet seen counted").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return int.Parse(words[Array.IndexOf(words, "packets") + 1], System.Globalization.CultureInfo.InvariantCulture);
    }

    private static string Nft(FreshNamespace at, string command) => at.Run("/usr/sbin/nft", FreshNamespace.Words(command));
}
