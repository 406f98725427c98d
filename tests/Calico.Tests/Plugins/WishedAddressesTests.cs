using System.Net;
using Calico.Datastore.Memory;
using Calico.Ipam;
using Calico.Plugins;
using Calico.Plugins.Docker;
using Calico.Plugins.Docker.Api;
using Calico.Tests.Ipam;
using Microsoft.Extensions.Logging.Abstractions;

namespace Calico.Tests.Plugins;

/// <summary>Addresses that containers have by name.</summary>
public sealed class WishedAddressesTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("wished-");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task They_are_kept_back_as_long_as_the_containers_are_there_and_a_restarted_node_knows_them_before_Docker_answers()
    {
        await using var engine = await FakeEngine.StartAsync();
        using var docker = new DockerApi(engine.Socket, TimeProvider.System);
        engine.Containers.Add(Wishing("a", "running", "10.0.0.1", "fd00::1"));
        engine.Containers.Add(Wishing("b", "exited", "10.0.0.2", ""));
        engine.Containers.Add(Wishing("c", "exited", null, null));
        var ipam = IpamFixture.NewClient(new MemoryStore());

        Assert.True(await Wished(docker, ipam).LookAsync(ids: null, Cancel));
        Assert.Equal(["10.0.0.1", "10.0.0.2", "fd00::1"], ipam.KeptBack.Select(address => $"{address}").Order(StringComparer.Ordinal));

        var restarted = IpamFixture.NewClient(new MemoryStore());
        using var silent = new DockerApi($"{_folder}/none.sock", TimeProvider.System);
        var wished = Wished(silent, restarted);
        wished.Recall();
        Assert.False(await wished.LookAsync(ids: null, Cancel));
        Assert.Equal(3, restarted.KeptBack.Count);

        engine.Containers.RemoveAt(0);
        Assert.True(await Wished(docker, restarted).LookAsync(ids: null, Cancel));
        Assert.Equal([IPAddress.Parse("10.0.0.2")], restarted.KeptBack);
    }

    [Fact]
    public async Task After_an_event_only_its_container_is_asked_after()
    {
        await using var engine = await FakeEngine.StartAsync();
        using var docker = new DockerApi(engine.Socket, TimeProvider.System);
        engine.Containers.Add(Wishing("a", "running", "10.0.0.1", null));
        var ipam = IpamFixture.NewClient(new MemoryStore());
        var wished = Wished(docker, ipam);
        Assert.True(await wished.LookAsync(ids: null, Cancel));

        engine.Containers.Add(Wishing("b", "created", "10.0.0.2", null));
        Assert.True(await wished.LookAsync(["b"], Cancel));
        Assert.Equal(["b"], engine.AskedIds[^1]);
        Assert.Equal(["10.0.0.1", "10.0.0.2"], ipam.KeptBack.Select(address => $"{address}").Order(StringComparer.Ordinal));

        engine.Containers.RemoveAt(0);
        Assert.True(await wished.LookAsync(["a"], Cancel));
        Assert.Equal([IPAddress.Parse("10.0.0.2")], ipam.KeptBack);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private WishedAddresses Wished(DockerApi docker, IpamClient ipam) => new(
        docker,
        ipam,
        new StateFile<WishedAddressesState>($"{_folder}/addresses.json", WishedAddressesJson.Default.WishedAddressesState, NullLogger.Instance),
        new Signal(TimeProvider.System),
        NullLogger.Instance);

    private static EngineContainer Wishing(string id, string state, string? ip, string? ip6) => new()
    {
        Id = id,
        State = state,
        NetworkSettings = new() { Networks = new() { ["net"] = new() { IPAMConfig = ip is null ? null : new() { IPv4Address = ip, IPv6Address = ip6 } } } },
    };
}
