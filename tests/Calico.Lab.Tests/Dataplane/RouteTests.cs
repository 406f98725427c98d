using System.Net;

namespace Calico.Lab.Tests.Dataplane;

public sealed class RouteTests : IAsyncLifetime
{
    private readonly RoutedHost _host = new();

    public ValueTask InitializeAsync()
    {
        _host.Start();
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Routes_look_as_the_walkthrough_shows_them()
    {
        _host.Want(state => state with { LocalBlocks = [IPNetwork.Parse("10.0.0.0/26"), IPNetwork.Parse("fd10::/122")] });
        _host.Learn(isRestartComplete: true, ("10.0.1.0/26", "192.168.26.102"), ("fd10:1::/122", "fd26::102"));
        await _host.RunAsync("a", "10.0.0.1", "fd10::1");

        await RoutedHost.UntilAsync(() => Routes("-4").Count == 5);

        Assert.Equal(
            [
                "10.0.0.1 dev calia scope link",
                "10.0.1.0/26 via 192.168.26.102 dev ens32 proto bird",
                "192.168.26.0/24 dev ens32 proto kernel scope link src 192.168.26.100",
                "blackhole 10.0.0.0/26 proto bird",
                "default via 192.168.26.2 dev ens32",
            ],
            Routes("-4"));
        Assert.Contains("fd10::1 dev calia metric 1024 pref medium", Routes("-6"));
        Assert.Contains("blackhole fd10::/122 dev lo proto bird metric 1024 pref medium", Routes("-6"));
        Assert.Contains("fd10:1::/122 via fd26::102 dev ens32 proto bird metric 1024 pref medium", Routes("-6"));
        Assert.Empty(_host.Dataplane.Problems);
        Assert.True(_host.Dataplane.IsInLine);
    }

    [Fact]
    public async Task A_second_look_finds_nothing_to_do()
    {
        _host.Want(state => state with { LocalBlocks = [IPNetwork.Parse("10.0.0.0/26"), IPNetwork.Parse("fd10::/122")] });
        _host.Learn(isRestartComplete: true, ("10.0.1.0/26", "192.168.26.102"), ("fd10:1::/122", "fd26::102"));
        await _host.RunAsync("a", "10.0.0.1", "fd10::1");
        await RoutedHost.UntilAsync(() => Routes("-4").Count == 5);

        await Task.Delay(500, TestContext.Current.CancellationToken); // our own echoes have passed
        _host.Log.Lines.Clear();
        await _host.RestartAsync();
        _host.Want(state => state);
        _host.Learn(isRestartComplete: true, ("10.0.1.0/26", "192.168.26.102"), ("fd10:1::/122", "fd26::102"));
        await _host.ProgrammedAsync("calia");
        await Task.Delay(500, TestContext.Current.CancellationToken);

        Assert.DoesNotContain(_host.Log.Lines, line => line.StartsWith("Kernel changed", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Before_a_complete_state_nothing_is_written_or_removed()
    {
        _host.Kernel.Ip("route add 10.9.9.0/24 via 192.168.26.102 proto bird");
        _host.Learn(isRestartComplete: true, ("10.0.1.0/26", "192.168.26.102"));

        await Task.Delay(500, TestContext.Current.CancellationToken);

        Assert.Contains("10.9.9.0/24 via 192.168.26.102 dev ens32 proto bird", Routes("-4"));
        Assert.Equal(3, Routes("-4").Count);
        Assert.Empty(_host.Nft("list tables"));
        Assert.False(_host.Dataplane.IsInLine);
    }

    [Fact]
    public async Task A_learned_route_of_before_the_start_stays_until_the_restart_is_complete()
    {
        _host.Kernel.Ip("route add 10.0.9.0/26 via 192.168.26.102 proto bird");
        _host.Kernel.Ip("route add blackhole 10.8.0.0/26 proto bird");
        _host.Want(state => state);
        _host.Learn(isRestartComplete: false, ("10.0.1.0/26", "192.168.26.102"));

        await RoutedHost.UntilAsync(() => Routes("-4").Contains("10.0.1.0/26 via 192.168.26.102 dev ens32 proto bird"));
        Assert.Contains("10.0.9.0/26 via 192.168.26.102 dev ens32 proto bird", Routes("-4"));
        Assert.DoesNotContain("blackhole 10.8.0.0/26 proto bird", Routes("-4"));

        _host.Learn(isRestartComplete: true, ("10.0.1.0/26", "192.168.26.102"));
        await RoutedHost.UntilAsync(() => !Routes("-4").Contains("10.0.9.0/26 via 192.168.26.102 dev ens32 proto bird"));
        Assert.Contains("10.0.1.0/26 via 192.168.26.102 dev ens32 proto bird", Routes("-4"));
    }

    [Fact]
    public async Task What_somebody_removes_or_adds_in_our_name_is_put_right_within_a_second_and_others_routes_stay()
    {
        _host.Kernel.Ip("route add 172.30.0.0/16 via 192.168.26.2");
        _host.Want(state => state with { LocalBlocks = [IPNetwork.Parse("10.0.0.0/26")] });
        _host.Learn(isRestartComplete: true, ("10.0.1.0/26", "192.168.26.102"));
        await _host.RunAsync("a", "10.0.0.1");
        await RoutedHost.UntilAsync(() => Routes("-4").Count == 6);
        var before = Routes("-4");
        await Task.Delay(300, TestContext.Current.CancellationToken);

        _host.Kernel.Ip("route del 10.0.0.1");
        _host.Kernel.Ip("route del blackhole 10.0.0.0/26");
        _host.Kernel.Ip("route replace 10.0.1.0/26 via 192.168.26.2 proto bird");
        _host.Kernel.Ip("route add 10.7.7.7 dev calia");

        await RoutedHost.UntilAsync(() => Routes("-4").SequenceEqual(before), seconds: 1.5);
    }

    [Fact]
    public async Task A_link_that_went_down_and_came_back_gets_its_routes_again()
    {
        _host.Want(state => state);
        _host.Learn(isRestartComplete: true, ("10.0.1.0/26", "192.168.26.102"));
        await RoutedHost.UntilAsync(() => Routes("-4").Count == 3);

        _host.Kernel.Ip("link set ens32 down");
        await RoutedHost.UntilAsync(() => _host.Dataplane.Problems.Any(problem => problem.Contains("nothing leads to its next hop 192.168.26.102", StringComparison.Ordinal)));
        _host.Kernel.Ip("link set ens32 up");

        await RoutedHost.UntilAsync(() => Routes("-4").Contains("10.0.1.0/26 via 192.168.26.102 dev ens32 proto bird"));
        await RoutedHost.UntilAsync(() => _host.Dataplane.Problems.IsEmpty);
    }

    [Fact]
    public async Task Anothers_route_in_the_place_of_a_learned_one_is_left_alone_and_reported()
    {
        _host.Kernel.Ip("route add 10.0.1.0/26 via 192.168.26.2");
        _host.Want(state => state);
        _host.Learn(isRestartComplete: true, ("10.0.1.0/26", "192.168.26.102"));

        await RoutedHost.UntilAsync(() => !_host.Dataplane.Problems.IsEmpty);

        Assert.Contains("route to 10.0.1.0/26 is left as it is", Assert.Single(_host.Dataplane.Problems), StringComparison.Ordinal);
        Assert.Contains("10.0.1.0/26 via 192.168.26.2 dev ens32", Routes("-4"));
    }

    [Fact]
    public async Task Without_a_default_route_the_containers_gateway_is_answered_all_the_same()
    {
        _host.Kernel.Ip("route del default");
        _host.Learn(isRestartComplete: true);
        var container = await _host.RunAsync("a", "10.0.0.1");

        await RoutedHost.UntilAsync(() => container.Reaches("192.168.26.102"));
        Assert.Contains("169.254.1.1 dev ens32 proto bird scope link", Routes("-4"));
    }

    [Fact]
    public async Task An_endpoint_that_goes_takes_its_route_along()
    {
        await _host.RunAsync("a", "10.0.0.1");
        await _host.RunAsync("b", "10.0.0.2");

        _host.Want(state => state with { Endpoints = state.Endpoints.Remove("calia") });

        await RoutedHost.UntilAsync(() => !Routes("-4").Any(route => route.StartsWith("10.0.0.1 ", StringComparison.Ordinal)));
        Assert.Contains("10.0.0.2 dev calib scope link", Routes("-4"));
    }

    private IReadOnlyList<string> Routes(string family) =>
        [.. _host.Kernel.Run("/usr/sbin/ip", family, "route").Split('\n').Select(line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries))).Order(StringComparer.Ordinal)];
}
