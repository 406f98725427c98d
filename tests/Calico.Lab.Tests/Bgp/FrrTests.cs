using Calico.Bgp.Session;

namespace Calico.Lab.Tests.Bgp;

/// <summary>Our speaker and FRR.</summary>
public sealed class FrrTests : IAsyncLifetime
{
    private readonly SpeakerHost _host = new();
    private FrrRouter? _frr;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        _frr?.Dispose();
        await _host.DisposeAsync();
    }

    [Theory]
    [InlineData(64512, "")]
    [InlineData(65001, "")]
    [InlineData(65001, "password open-sesame")]
    [InlineData(65001, "ttl-security hops 1")]
    public async Task Routes_go_both_ways(uint theirAs, string option)
    {
        _frr = Frr(theirAs, option);
        _host.Start(SpeakerHost.With(SpeakerHost.Neighbour(theirAs) with
        {
            Password = option.StartsWith("password", StringComparison.Ordinal) ? "open-sesame" : null,
            TtlSecurity = option.StartsWith("ttl", StringComparison.Ordinal) ? 1 : null,
        }));

        await _host.Learned("10.50.0.0/24");
        await FrrShows("10.60.0.0/26");
    }

    [Fact]
    public async Task BFD_with_FRR_notices_that_the_wire_is_cut()
    {
        _frr = Frr(65001, "bfd 3 100 100");
        _host.Start(SpeakerHost.With(SpeakerHost.Neighbour(65001) with { Bfd = new(TimeSpan.FromMilliseconds(100), 3) }));
        await _host.Learned("10.50.0.0/24");
        await SpeakerHost.Eventually(() => _host.Peer.Bfd == "Up", () => $"{_host.Peer}\n{_frr.Ask("show bfd peers")}");

        _host.Theirs.Run("/usr/sbin/nft", "add table inet cut; add chain inet cut out { type filter hook output priority 0; policy drop; }");

        await _host.Gone("10.50.0.0/24");
        Assert.Contains("BFD hears nothing", _host.Peer.LastFailure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task When_bgpd_is_killed_and_comes_back_its_routes_never_leave()
    {
        _frr = Frr(65001, "");
        _host.Start(SpeakerHost.With(SpeakerHost.Neighbour(65001)));
        await _host.Learned("10.50.0.0/24");

        _frr.KillBgp();
        await SpeakerHost.Eventually(() => _host.Peer.RoutesAreStale, () => $"{_host.Peer}");
        _frr.StartBgp();

        await SpeakerHost.Eventually(() => _host.Peer is { State: SessionState.Established, RoutesAreStale: false }, () => $"{_host.Peer}");
        Assert.Empty(_host.Lost);
        Assert.Equal(2, _host.Peer.TimesEstablished);
    }

    [Fact]
    public async Task When_we_restart_FRR_keeps_our_routes()
    {
        _frr = Frr(65001, "");
        _host.Start(SpeakerHost.With(SpeakerHost.Neighbour(65001)));
        await _host.Learned("10.50.0.0/24");
        await FrrShows("10.60.0.0/26");

        await _host.KillAsync();
        await SpeakerHost.Eventually(() => !_frr.Ask("show bgp neighbors 10.99.0.1").Contains("BGP state = Established", StringComparison.Ordinal), () => _frr.Ask("show bgp neighbors"));
        Assert.Contains("10.60.0.0/26", _frr.Ask("show bgp ipv4 unicast"), StringComparison.Ordinal);
        _host.Start(SpeakerHost.With(SpeakerHost.Neighbour(65001)), new() { Restarting = true, ForwardingPreserved = true });
        while (!_host.Speaker.RestartCompleted.IsCompleted)
        {
            Assert.Contains("10.60.0.0/26", _frr.Ask("show bgp ipv4 unicast"), StringComparison.Ordinal);
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }

        await _host.Established();
        Assert.Contains("10.60.0.0/26", _frr.Ask("show bgp ipv4 unicast"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_soft_clear_on_either_side_ends_no_session()
    {
        _frr = Frr(65001, "");
        _host.Start(SpeakerHost.With(SpeakerHost.Neighbour(65001)));
        await _host.Learned("10.50.0.0/24");
        await FrrShows("10.60.0.0/26");

        _frr.Ask("clear bgp * soft in");
        _frr.Ask("clear bgp * soft out");
        _frr.Ask("configure terminal", "router bgp 65001", "address-family ipv4 unicast", "network 10.53.0.0/24");

        await _host.Learned("10.53.0.0/24");
        await FrrShows("10.60.0.0/26");
        Assert.Empty(_host.Lost);
        Assert.Equal(1, _host.Peer.TimesEstablished);
    }

    [Fact]
    public async Task What_FRR_says_when_it_shuts_the_session_down_is_told()
    {
        _frr = Frr(65001, "");
        _host.Start(SpeakerHost.With(SpeakerHost.Neighbour(65001)));
        await _host.Learned("10.50.0.0/24");

        _frr.Ask("configure terminal", "router bgp 65001", "neighbor 10.99.0.1 shutdown message moving racks");

        await _host.Gone("10.50.0.0/24");
        Assert.Contains("moving racks", _host.Peer.LastFailure, StringComparison.Ordinal);
    }

    private Task FrrShows(string prefix) =>
        SpeakerHost.Eventually(() => _frr?.Ask("show bgp ipv4 unicast").Contains(prefix, StringComparison.Ordinal) == true, () => _frr?.Ask("show bgp ipv4 unicast", "show bgp neighbors") ?? "");

    private FrrRouter Frr(uint asNumber, string option) => new(_host.Theirs, $"""
        router bgp {asNumber}
         bgp router-id 10.99.0.2
         no bgp ebgp-requires-policy
         no bgp network import-check
         bgp graceful-restart
         bgp graceful-restart preserve-fw-state
         bgp graceful-restart select-defer-time 5
         neighbor 10.99.0.1 remote-as {SpeakerHost.OurAs}
         neighbor 10.99.0.1 timers connect 1
         {(option.Length > 0 ? $"neighbor 10.99.0.1 {option}" : "!")}
         address-family ipv4 unicast
          network 10.50.0.0/24
         exit-address-family
        !
        """);
}
