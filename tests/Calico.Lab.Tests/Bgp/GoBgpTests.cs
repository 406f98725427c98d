namespace Calico.Lab.Tests.Bgp;

/// <summary>Our speaker and GoBGP.</summary>
public sealed class GoBgpTests : IAsyncLifetime
{
    private readonly SpeakerHost _host = new();
    private GoBgpRouter? _go;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        _go?.Dispose();
        await _host.DisposeAsync();
    }

    [Theory]
    [InlineData(64512, null)]
    [InlineData(65001, null)]
    [InlineData(65001, "open-sesame")]
    public async Task Routes_go_both_ways_and_a_soft_reset_ends_no_session(uint theirAs, string? password)
    {
        _go = new(_host.Theirs, $"""
            [global.config]
            as = {theirAs}
            router-id = "10.99.0.2"
            [[neighbors]]
            [neighbors.config]
            neighbor-address = "10.99.0.1"
            peer-as = {SpeakerHost.OurAs}
            {(password is null ? "" : $"auth-password = \"{password}\"")}
            [neighbors.timers.config]
            connect-retry = 1
            idle-hold-time-after-reset = 1
            [neighbors.graceful-restart.config]
            enabled = true
            restart-time = 60
            """);
        _host.Start(SpeakerHost.With(SpeakerHost.Neighbour(theirAs) with { Password = password }));
        await _host.Established();

        _go.Ask("global", "rib", "add", "10.50.0.0/24");
        await _host.Learned("10.50.0.0/24");
        await SpeakerHost.Eventually(() => _go.Ask("global", "rib").Contains("10.60.0.0/26", StringComparison.Ordinal), () => _go.Ask("global", "rib"));

        _go.Ask("neighbor", "10.99.0.1", "softreset");
        _go.Ask("global", "rib", "add", "10.51.0.0/24");
        await _host.Learned("10.51.0.0/24");
        Assert.Empty(_host.Lost);
        Assert.Equal(1, _host.Peer.TimesEstablished);
    }
}
