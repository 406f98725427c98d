using Calico.Bgp;
using Calico.Bgp.Session;

namespace Calico.Lab.Tests.Bgp;

/// <summary>What a session can be asked for, against BIRD 2.</summary>
public sealed class SessionTests : IAsyncLifetime
{
    private readonly SpeakerHost _host = new();
    private BirdRouter? _bird;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        _bird?.Dispose();
        await _host.DisposeAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_same_password_on_both_sides_makes_a_session(bool isIPv6)
    {
        _bird = Bird("password \"open sesame\";", isIPv6);
        _host.Start(SpeakerHost.With(SpeakerHost.Neighbour(65001, isIPv6) with { Password = "open sesame" }));

        await _host.Learned(isIPv6 ? "fd50::/64" : "10.50.0.0/24");
    }

    [Fact]
    public async Task Another_password_is_not_heard_until_it_is_put_right()
    {
        _bird = Bird("password \"open sesame\";");
        _host.Start(SpeakerHost.With(SpeakerHost.Neighbour(65001) with { Password = "open barley" }));
        await Task.Delay(3000, TestContext.Current.CancellationToken); // BIRD tries once a second
        Assert.Equal(0, _host.Peer.TimesEstablished);

        _host.Speaker.Configure(SpeakerHost.With(SpeakerHost.Neighbour(65001) with { Password = "open sesame" }));

        await _host.Learned("10.50.0.0/24");
    }

    [Fact]
    public async Task Neighbours_with_TTL_security_on_both_sides_make_a_session()
    {
        _bird = Bird("ttl security on;", how: "direct");
        _host.Start(SpeakerHost.With(SpeakerHost.Neighbour(65001) with { TtlSecurity = 1 }));

        await _host.Learned("10.50.0.0/24");
    }

    [Fact]
    public async Task A_neighbour_that_sends_with_a_small_TTL_is_not_heard_under_TTL_security()
    {
        _bird = Bird("", how: "direct"); // which sends with TTL 1
        _host.Start(SpeakerHost.With(SpeakerHost.Neighbour(65001) with { TtlSecurity = 1 }));
        await Task.Delay(3000, TestContext.Current.CancellationToken); // BIRD tries once a second
        Assert.Equal(0, _host.Peer.TimesEstablished);

        _host.Speaker.Configure(SpeakerHost.With(SpeakerHost.Neighbour(65001)));

        await _host.Learned("10.50.0.0/24");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task BFD_notices_that_the_wire_is_cut_long_before_the_hold_time_and_comes_back(bool isIPv6)
    {
        _bird = Bird("bfd on;", isIPv6, how: "direct");
        _host.Start(SpeakerHost.With(SpeakerHost.Neighbour(65001, isIPv6) with { Bfd = new(TimeSpan.FromMilliseconds(100), 3) }));
        await _host.Learned(isIPv6 ? "fd50::/64" : "10.50.0.0/24");
        await SpeakerHost.Eventually(() => _host.Peer.Bfd == "Up", () => $"{_host.Peer}\n{_bird.Show("bfd sessions")}");
        Assert.Contains("Up", _bird.Show("bfd sessions"), StringComparison.Ordinal);

        // One side alone: our interface stays up, so that only BFD can tell.
        _host.Theirs.Run("/usr/sbin/nft", "add table inet cut; add chain inet cut out { type filter hook output priority 0; policy drop; }");

        await _host.Gone(isIPv6 ? "fd50::/64" : "10.50.0.0/24");
        Assert.Contains("BFD hears nothing from the peer for 3 times 100 ms", _host.Peer.LastFailure, StringComparison.Ordinal);

        _host.Theirs.Run("/usr/sbin/nft", "delete table inet cut");
        await _host.Learned(isIPv6 ? "fd50::/64" : "10.50.0.0/24");
    }

    [Fact]
    public async Task A_refresh_that_bird_asks_for_ends_no_session_and_loses_no_route()
    {
        _bird = Bird("");
        _host.Start(SpeakerHost.With(SpeakerHost.Neighbour(65001)));
        await _host.Learned("10.50.0.0/24");
        await SpeakerHost.Eventually(() => _bird.Show("route").Contains("10.60.0.0/26", StringComparison.Ordinal), () => _bird.Show("route"));
        Assert.Contains("enhanced route refresh", _host.Peer.Agreed);

        _bird.Command("reload in peer");
        _bird.Command("reload out peer");
        _host.Speaker.Configure(SpeakerHost.With(SpeakerHost.Neighbour(65001)) with { Originated = [System.Net.IPNetwork.Parse("10.60.0.0/26"), System.Net.IPNetwork.Parse("10.61.0.0/26")] });

        await SpeakerHost.Eventually(() => _bird.Show("route").Contains("10.61.0.0/26", StringComparison.Ordinal), () => _bird.Show("route"));
        Assert.Contains("10.60.0.0/26", _bird.Show("route"), StringComparison.Ordinal);
        Assert.Empty(_host.Lost);
        Assert.Equal(1, _host.Peer.TimesEstablished);
    }

    [Theory]
    [InlineData("customer", true)]
    [InlineData("provider", false)]
    public async Task Roles_must_belong_together(string theirs, bool agree)
    {
        _bird = Bird($"local role {theirs};");
        _host.Start(SpeakerHost.With(SpeakerHost.Neighbour(65001) with { Role = BgpRole.Provider }));

        if (agree)
            await _host.Established();
        else
            await SpeakerHost.Eventually(() => _host.Peer.LastFailure?.Contains("role", StringComparison.Ordinal) == true, () => $"{_host.Peer}");
    }

    [Fact]
    public async Task Extended_messages_are_agreed_on_with_a_bird_that_has_them()
    {
        _bird = Bird("enable extended messages on;");
        _host.Start(SpeakerHost.With(SpeakerHost.Neighbour(65001)));

        await _host.Learned("10.50.0.0/24");
        Assert.Contains("extended messages", _host.Peer.Agreed);
    }

    [Fact]
    public async Task A_bird_that_connects_from_a_range_becomes_a_peer()
    {
        _bird = Bird("password \"rack\";");
        _host.Start(SpeakerHost.With() with
        {
            Ranges = [new("rack", System.Net.IPNetwork.Parse("10.99.0.0/24"), SpeakerHost.Neighbour(65001) with { Password = "rack" })],
        });

        await _host.Learned("10.50.0.0/24");
        Assert.True(_host.Peer is { Name: "rack-10.99.0.2", IsDynamic: true }, $"{_host.Peer}");
    }

    [Fact]
    public async Task A_bird_with_more_routes_than_allowed_is_told_so()
    {
        _bird = Bird("", routes: "route 10.51.0.0/24 blackhole; route 10.52.0.0/24 blackhole;");
        _host.Start(SpeakerHost.With(SpeakerHost.Neighbour(65001) with { Limit = new(2, PrefixLimitAction.Shut) }));

        await SpeakerHost.Eventually(() => _host.Peer.LastError == "the peer sent 3 routes, 2 are allowed", () => $"{_host.Peer}");
        await SpeakerHost.Eventually(() => _bird.Show("protocols all peer").Contains("Maximum number of prefixes reached", StringComparison.OrdinalIgnoreCase), () => _bird.Show("protocols all peer"));
        Assert.Equal(SessionState.Idle, _host.Peer.State);
    }

    [Fact]
    public async Task A_wrong_as_is_told_in_words()
    {
        _bird = Bird("");
        _host.Start(SpeakerHost.With(SpeakerHost.Neighbour(65009)));

        await SpeakerHost.Eventually(() => _host.Peer.LastFailure == "the peer uses AS 65001, expected 65009", () => $"{_host.Peer}");
    }

    private BirdRouter Bird(string options, bool isIPv6 = false, string how = "multihop", string routes = "") => new(_host.Theirs, $$"""
        router id 10.99.0.2;
        protocol device { }
        protocol bfd { interface "*" { interval 100 ms; multiplier 3; }; }
        protocol static { ipv4; route 10.50.0.0/24 blackhole; {{routes}} }
        protocol static { ipv6; route fd50::/64 blackhole; }
        protocol bgp peer {
            local {{(isIPv6 ? "fd99::2" : "10.99.0.2")}} as 65001;
            neighbor {{(isIPv6 ? "fd99::1" : "10.99.0.1")}} as {{SpeakerHost.OurAs}};
            {{how}};
            connect retry time 1;
            connect delay time 1;
            error wait time 1, 2;
            {{options}}
            {{(isIPv6 ? "ipv6" : "ipv4")}} { import all; export where source = RTS_STATIC; };
        }
        """);
}
