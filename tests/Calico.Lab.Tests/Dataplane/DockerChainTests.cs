namespace Calico.Lab.Tests.Dataplane;

/// <summary>Living with the chains of Docker's that drop what they do not know, here made with iptables as dockerd makes them.</summary>
public sealed class DockerChainTests : IAsyncLifetime
{
    private readonly RoutedHost _host = new();

    public ValueTask InitializeAsync()
    {
        _host.Start();
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Where_Dockers_policy_is_drop_ours_is_let_through_in_the_chain_that_is_for_users()
    {
        var a = await _host.RunAsync("a", "10.0.0.1");
        StartDocker();

        await RoutedHost.UntilAsync(() => Rules("DOCKER-USER") == 2, seconds: 1.5);

        Assert.True(a.Reaches("192.168.26.102"));
        Assert.Equal(0, Rules("FORWARD"));
        Assert.Contains("-i cali+", _host.Kernel.Run("/usr/sbin/iptables", "-S", "DOCKER-USER"), StringComparison.Ordinal);
        Assert.Contains("-o cali+", _host.Kernel.Run("/usr/sbin/iptables", "-S", "DOCKER-USER"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rules_that_a_restart_of_Docker_took_away_are_back()
    {
        StartDocker();
        await _host.RunAsync("a", "10.0.0.1");
        await RoutedHost.UntilAsync(() => Rules("DOCKER-USER") == 2, seconds: 1.5);

        Iptables("-F DOCKER-USER");
        Iptables("-A DOCKER-USER -j RETURN");

        await RoutedHost.UntilAsync(() => Rules("DOCKER-USER") == 2, seconds: 1.5);
        await Task.Delay(300, TestContext.Current.CancellationToken);
        Assert.Equal(2, Rules("DOCKER-USER"));
    }

    [Fact]
    public async Task Without_that_chain_the_rules_head_FORWARD_and_with_policy_accept_there_are_none()
    {
        var a = await _host.RunAsync("a", "10.0.0.1");
        Iptables("-P FORWARD DROP");
        await RoutedHost.UntilAsync(() => Rules("FORWARD") == 2, seconds: 1.5);
        Assert.True(a.Reaches("192.168.26.102"));

        Iptables("-P FORWARD ACCEPT");
        await RoutedHost.UntilAsync(() => Rules("FORWARD") == 0, seconds: 1.5);
    }

    [Fact]
    public async Task Taking_all_of_ours_away_leaves_the_host_as_it_was()
    {
        StartDocker();
        var (routes, rules) = (_host.Kernel.Ip("route"), Filter());
        _host.Want(state => state with { LocalBlocks = [System.Net.IPNetwork.Parse("10.0.0.0/26")] });
        _host.Learn(isRestartComplete: true, ("10.0.1.0/26", "192.168.26.102"));
        await _host.RunAsync("a", "10.0.0.1");
        await RoutedHost.UntilAsync(() => Rules("DOCKER-USER") == 2 && _host.Kernel.Ip("route").Contains("10.0.1.0/26", StringComparison.Ordinal));
        await _host.StopAsync();

        Calico.Dataplane.HostDataplane.Uninstall(_host.Kernel.Network);
        Calico.Dataplane.HostDataplane.Uninstall(_host.Kernel.Network); // and again, with nothing there

        Assert.Equal(routes, _host.Kernel.Ip("route"));
        Assert.Equal(rules, Filter());
        Assert.DoesNotContain("calico", _host.Nft("list tables"), StringComparison.Ordinal);
    }

    private void StartDocker()
    {
        Iptables("-N DOCKER-USER");
        Iptables("-A DOCKER-USER -j RETURN");
        Iptables("-I FORWARD -j DOCKER-USER");
        Iptables("-P FORWARD DROP");
    }

    private void Iptables(string arguments) => _host.Kernel.Run("/usr/sbin/iptables", Netlink.FreshNamespace.Words("-w " + arguments));

    private string Filter() => _host.Kernel.Run("/usr/sbin/iptables", "-S");

    private int Rules(string chain) => _host.Kernel.Run("/usr/sbin/iptables", "-S", chain).Split('\n').Count(rule => rule.Contains("calico:", StringComparison.Ordinal));
}
