using System.Net;
using System.Net.NetworkInformation;
using Calico.Datastore.Memory;
using Calico.Ipam;
using Calico.Model.Store;
using Calico.Plugins;
using Calico.Plugins.Attaching;
using Calico.Plugins.Docker.Access;
using Calico.Plugins.Docker.Api;
using Calico.Plugins.Docker.Cleaning;
using Calico.Plugins.Docker.Networks;
using Calico.Tests.Datastore;
using Microsoft.Extensions.Logging.Abstractions;
using static Calico.Tests.Plugins.PluginBench;

namespace Calico.Tests.Plugins;

/// <summary>What a crash of dockerd leaves, over a store and with the looks of the cleaner taken by hand.</summary>
public sealed class StaleEndpointsTests
{
    private static (StaleEndpoints Cleaner, DockerApi Docker) Cleaner(PluginBench bench)
    {
        var docker = new DockerApi(bench.Engine.Socket, TimeProvider.System);
        var ipam = new IpamClient(bench.Store, bench.Resources, TimeProvider.System, NullLogger.Instance);
        var endpoints = new LocalEndpoints("vms100", bench.Store, bench.Resources, bench.Books);
        var attacher = new Attacher(endpoints, bench.Kernel, bench.Kernel, TimeProvider.System, NullLogger.Instance);
        var addresses = new WorkloadAddresses("vms100", bench.Store, bench.Resources, ipam, bench.Books);
        var file = new StateFile<Dictionary<string, NetworkFacts>>(
            "/dev/null/networks.json", NetworkFactsJson.Default.DictionaryStringNetworkFacts, NullLogger.Instance);
        return (new StaleEndpoints(attacher, endpoints, addresses, new EngineView(docker, new NetworkDirectory(file)), new AccessProfiles(bench.Resources), new Signal(TimeProvider.System), NullLogger.Instance), docker);
    }

    private static async Task StartContainerAsync(PluginBench bench)
    {
        await bench.Ipam.DoAsync("IpamDriver.RequestAddress", new { PoolID = "CalicoPoolIPv4", Address = "192.168.0.5" });
        await bench.CreateEndpointAsync();
        await bench.Driver.DoAsync("NetworkDriver.Join", Joined());
    }

    private static async Task<int> HandlesAsync(PluginBench bench) =>
        (await bench.Store.ListAsync(StoreKeys.Handle(""), TestContext.Current.CancellationToken)).Items.Count;

    [Fact]
    public async Task A_container_that_docker_forgot_is_removed_at_the_second_look_and_its_address_after()
    {
        await using var bench = await StartAsync();
        await StartContainerAsync(bench);
        bench.Engine.Ours()[0].Containers?.Clear();
        var (cleaner, docker) = Cleaner(bench);
        using (docker)
        {
            await cleaner.LookAsync(bench.Kernel, asksEngine: true, TestContext.Current.CancellationToken);
            Assert.Single(await bench.EndpointsAsync());

            await cleaner.LookAsync(bench.Kernel, asksEngine: true, TestContext.Current.CancellationToken);
            await bench.AssertNothingLeftAsync();

            await cleaner.LookAsync(bench.Kernel, asksEngine: true, TestContext.Current.CancellationToken);
            await cleaner.LookAsync(bench.Kernel, asksEngine: true, TestContext.Current.CancellationToken);
            Assert.Equal(0, await HandlesAsync(bench));
        }
    }

    [Fact]
    public async Task A_living_container_and_its_address_stay_however_often_one_looks()
    {
        await using var bench = await StartAsync();
        await StartContainerAsync(bench);
        var (cleaner, docker) = Cleaner(bench);
        using (docker)
        {
            for (var look = 0; look < 3; look++)
                await cleaner.LookAsync(bench.Kernel, asksEngine: true, TestContext.Current.CancellationToken);
        }

        Assert.Single(await bench.EndpointsAsync());
        Assert.Equal(1, await HandlesAsync(bench));
    }

    [Fact]
    public async Task A_container_stays_when_the_engine_leaves_its_network_out_because_its_cluster_store_is_away()
    {
        await using var bench = await StartAsync();
        await StartContainerAsync(bench);
        bench.Engine.Networks.RemoveAll(network => network.Name == "calnet1");
        bench.Engine.Containers[0] = bench.Engine.Containers[0] with
        {
            NetworkSettings = new() { Networks = new() { ["calnet1"] = new() { EndpointID = Endpoint, IPAddress = "192.168.0.5" } } },
        };
        var (cleaner, docker) = Cleaner(bench);
        using (docker)
        {
            for (var look = 0; look < 3; look++)
                await cleaner.LookAsync(bench.Kernel, asksEngine: true, TestContext.Current.CancellationToken);
        }

        Assert.Single(await bench.EndpointsAsync());
        Assert.Equal(1, await HandlesAsync(bench));
    }

    [Fact]
    public async Task An_address_that_was_given_out_and_came_to_nothing_is_released()
    {
        await using var bench = await StartAsync();
        await bench.Ipam.DoAsync("IpamDriver.RequestAddress", new { PoolID = "CalicoPoolIPv4", Address = "192.168.0.5" });
        var (cleaner, docker) = Cleaner(bench);
        using (docker)
        {
            await cleaner.LookAsync(bench.Kernel, asksEngine: true, TestContext.Current.CancellationToken);
            Assert.Equal(1, await HandlesAsync(bench));
            await cleaner.LookAsync(bench.Kernel, asksEngine: true, TestContext.Current.CancellationToken);
            Assert.Equal(0, await HandlesAsync(bench));
        }
    }

    [Fact]
    public async Task While_the_store_is_away_an_address_that_came_to_nothing_can_be_had_again_and_what_lives_is_let_live()
    {
        var store = new FaultyStore(new MemoryStore());
        await using var bench = await StartAsync(shared: store);
        await StartContainerAsync(bench);
        bench.Engine.Ours()[0].Containers!["ep-" + Endpoint] = new() { Name = "web", EndpointID = Endpoint, IPv4Address = "192.168.0.5/16" };
        var lost = new { PoolID = "CalicoPoolIPv4", Address = "192.168.0.7" };
        await bench.Ipam.DoAsync("IpamDriver.RequestAddress", lost);
        store.Fail("away");
        bench.Kernel.Links["cali-of-plain"] = new() { HostSide = "cali-of-plain", WorkloadSide = "eth0", Mac = PhysicalAddress.None }; // of an endpoint that nobody here knows
        var (cleaner, docker) = Cleaner(bench);
        using (docker)
        {
            await cleaner.LookAsync(bench.Kernel, asksEngine: true, TestContext.Current.CancellationToken);
            Assert.Contains("192.168.0.7 cannot be had", await bench.Ipam.RefusedAsync("IpamDriver.RequestAddress", lost), StringComparison.Ordinal);
            await cleaner.LookAsync(bench.Kernel, asksEngine: true, TestContext.Current.CancellationToken);
        }

        await bench.Ipam.DoAsync("IpamDriver.RequestAddress", lost);
        Assert.Contains("192.168.0.5 cannot be had", await bench.Ipam.RefusedAsync("IpamDriver.RequestAddress", new { PoolID = "CalicoPoolIPv4", Address = "192.168.0.5" }), StringComparison.Ordinal);
        Assert.Equal(2, bench.Kernel.Links.Count);
        store.Heal();
        Assert.Single(await bench.EndpointsAsync());
    }

    [Fact]
    public async Task An_address_that_a_network_keeps_for_itself_stays()
    {
        await using var bench = await StartAsync();
        await bench.Ipam.DoAsync("IpamDriver.RequestAddress", new { PoolID = "CalicoPoolIPv4", Address = "192.168.0.9" });
        var network = bench.Engine.AddNetwork("calnet1", Network, "192.168.0.0/16");
        network.IPAM?.Config?[0] = new() { Subnet = "192.168.0.0/16", AuxAddress = new() { ["router"] = IPAddress.Parse("192.168.0.9").ToString() } };
        var (cleaner, docker) = Cleaner(bench);
        using (docker)
        {
            for (var look = 0; look < 3; look++)
                await cleaner.LookAsync(bench.Kernel, asksEngine: true, TestContext.Current.CancellationToken);
        }

        Assert.Equal(1, await HandlesAsync(bench));
    }
}
