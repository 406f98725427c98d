namespace Calico.Lab.Tests.Bgp;

/// <summary>What is GoBGP's own way.</summary>
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

    [Fact]
    public async Task A_soft_reset_ends_no_session()
    {
        _go = new(_host.Theirs, GoBgpRouter.Configuration(new() { As = 65001 }));
        _host.Start(SpeakerHost.With(SpeakerHost.Neighbour(65001)));
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
