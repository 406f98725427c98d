namespace Calico.Lab.Tests.Dataplane;

public sealed class EndpointTests : IAsyncLifetime
{
    private readonly RoutedHost _host = new();

    public ValueTask InitializeAsync()
    {
        _host.Start();
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task An_endpoint_that_is_wanted_is_ready_within_milliseconds()
    {
        await _host.RunAsync("a", "10.0.0.1");
        _host.Wire("b", "10.0.0.2");
        await Task.Delay(300, TestContext.Current.CancellationToken);
        var start = TimeProvider.System.GetTimestamp();

        _host.Want(RoutedHost.Endpoint("b", "10.0.0.2"));
        await _host.ProgrammedAsync("calib");

        Assert.True(TimeProvider.System.GetElapsedTime(start).TotalMilliseconds < 250); // a few where nothing else runs
    }

    [Fact]
    public async Task Whoever_waits_before_the_endpoint_is_wanted_or_its_interface_exists_is_told_when_both_are()
    {
        _host.Want(state => state);
        var waiting = _host.ProgrammedAsync("calia");
        _host.Want(RoutedHost.Endpoint("a", "10.0.0.1"));
        await RoutedHost.UntilAsync(() => _host.Dataplane.Problems.Any(problem => problem.Contains("there is no interface calia", StringComparison.Ordinal)));
        Assert.False(waiting.IsCompleted);

        var container = _host.Wire("a", "10.0.0.1");
        await waiting;

        Assert.True(container.Reaches("192.168.26.102"));
        await RoutedHost.UntilAsync(() => _host.Dataplane.IsInLine);
    }

    [Fact]
    public async Task Waiting_ends_when_it_is_cancelled()
    {
        _host.Want(state => state);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _host.Dataplane.WaitForEndpointAsync("calinone", RoutedHost.Deadline(0.2)));
    }

    [Fact]
    public async Task An_interface_made_anew_under_its_old_name_is_made_ready_again()
    {
        await _host.RunAsync("a", "10.0.0.1");
        _host.Kernel.Ip("link del calia");

        var again = _host.Wire("a", "10.0.0.1");
        await _host.ProgrammedAsync("calia");

        Assert.True(again.Reaches("192.168.26.102"));
    }

    [Fact]
    public async Task An_interface_has_the_settings_that_routing_needs_of_it()
    {
        await _host.RunAsync("a", "10.0.0.1", "fd10::1");

        Assert.Equal("1", Sysctl("net.ipv4.ip_forward"));
        Assert.Equal("1", Sysctl("net.ipv4.conf.calia.proxy_arp"));
        Assert.Equal("1", Sysctl("net.ipv4.conf.calia.forwarding"));
        Assert.Equal("1", Sysctl("net.ipv4.conf.calia.rp_filter"));
        Assert.Equal("0", Sysctl("net.ipv4.neigh.calia.proxy_delay"));
        Assert.Equal("0", Sysctl("net.ipv6.conf.calia.accept_ra"));
        Assert.Equal("1", Sysctl("net.ipv6.conf.calia.forwarding"));
        Assert.Equal("1", Sysctl("net.ipv6.conf.all.forwarding"));
    }

    [Fact]
    public async Task A_setting_of_which_the_kernel_tells_nothing_is_put_right_also_on_a_host_that_is_never_idle()
    {
        await _host.RestartAsync(options => options with { FullCompareEvery = TimeSpan.FromSeconds(1) });
        await _host.RunAsync("a", "10.0.0.1");
        _host.Kernel.Run("/usr/sbin/sysctl", "-w", "net.ipv4.neigh.calia.proxy_delay=80");

        await RoutedHost.UntilAsync(() =>
        {
            _host.Want(state => state with { Endpoints = state.Endpoints });
            return Sysctl("net.ipv4.neigh.calia.proxy_delay") == "0";
        });
    }

    [Fact]
    public async Task A_host_without_IPv6_endpoints_keeps_its_IPv6_as_it_is()
    {
        await _host.RunAsync("a", "10.0.0.1");

        Assert.Equal("0", Sysctl("net.ipv6.conf.all.forwarding"));
    }

    [Fact]
    public async Task A_stop_leaves_everything_in_place()
    {
        var container = await _host.RunAsync("a", "10.0.0.1");

        await _host.StopAsync();

        Assert.True(container.Reaches("192.168.26.102"));
        Assert.Contains("10.0.0.1 dev calia scope link", _host.Kernel.Ip("route"), StringComparison.Ordinal);
    }

    private string Sysctl(string name) => _host.Kernel.Run("/usr/sbin/sysctl", "-n", name);
}
