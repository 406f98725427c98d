using Calico.Bgp;

namespace Calico.Lab.Tests.Bgp;

/// <summary>What is FRR's own way.</summary>
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

    [Fact]
    public async Task Neighbours_with_TTL_security_on_both_sides_make_a_session()
    {
        _frr = new(_host.Theirs, FrrRouter.Configuration(new() { As = 65001 }).Replace(
            " address-family ipv4", " neighbor 10.99.0.1 ttl-security hops 1\n address-family ipv4", StringComparison.Ordinal));
        _host.Start(SpeakerHost.With(SpeakerHost.Neighbour(65001) with { TtlSecurity = 1 }));

        await _host.Learned("10.50.0.0/24");
        await FrrShows("10.60.0.0/26");
    }

    [Fact]
    public async Task A_soft_clear_on_either_side_ends_no_session()
    {
        _frr = Frr();
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

    [Theory]
    [InlineData("customer", true)]
    [InlineData("provider", false)]
    public async Task Roles_must_belong_together_and_a_customer_knows_what_is_for_customers(string theirs, bool agree)
    {
        _frr = new(_host.Theirs, FrrRouter.Configuration(new() { As = 65001 }).Replace(
            " address-family ipv4", $" neighbor 10.99.0.1 local-role {theirs}\n address-family ipv4", StringComparison.Ordinal));
        _host.Start(SpeakerHost.With(SpeakerHost.Neighbour(65001) with { Role = BgpRole.Provider }));

        if (agree)
            await SpeakerHost.Eventually(() => _frr.Ask("show bgp ipv4 unicast 10.60.0.0/26").Contains("otc 64512", StringComparison.OrdinalIgnoreCase), () => _frr.Everything);
        else
            await SpeakerHost.Eventually(() => _host.Peer.LastFailure?.Contains("role", StringComparison.Ordinal) == true, () => $"{_host.Peer}");
    }

    [Fact]
    public async Task What_FRR_says_when_it_shuts_the_session_down_is_told()
    {
        _frr = Frr();
        _host.Start(SpeakerHost.With(SpeakerHost.Neighbour(65001)));
        await _host.Learned("10.50.0.0/24");

        _frr.Ask("configure terminal", "router bgp 65001", "neighbor 10.99.0.1 shutdown message moving racks");

        await _host.Gone("10.50.0.0/24");
        Assert.Contains("moving racks", _host.Peer.LastFailure, StringComparison.Ordinal);
    }

    private Task FrrShows(string prefix) =>
        SpeakerHost.Eventually(() => _frr?.Ask("show bgp ipv4 unicast").Contains(prefix, StringComparison.Ordinal) == true, () => _frr?.Ask("show bgp ipv4 unicast", "show bgp neighbors") ?? "");

    private FrrRouter Frr() => new(_host.Theirs, FrrRouter.Configuration(new() { As = 65001 }));
}
