using Calico.Datastore.Memory;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using static Calico.Tests.Plugins.PluginBench;

namespace Calico.Tests.Plugins;

/// <summary>Two hosts whose engines know nothing of each other.</summary>
public sealed class NetworkSharingTests
{
    [Fact]
    public async Task A_network_made_on_one_host_appears_on_the_other_and_goes_with_it()
    {
        await using var hosts = await TwoHosts.StartAsync();

        hosts.First.Engine.AddNetwork("calnet1", Network, "192.168.0.0/16");
        await Eventually.TrueAsync(() => Task.FromResult(hosts.Second.Engine.Ours() is [{ Name: "calnet1" }]));
        var copy = Assert.Single(hosts.Second.Engine.Ours());
        Assert.Equal("calico-ipam", copy.IPAM?.Driver);
        Assert.Equal("192.168.0.0/16", copy.IPAM?.Config?.Single().Subnet);

        hosts.First.Engine.RemoveNetwork("calnet1");
        await Eventually.TrueAsync(() => Task.FromResult(hosts.Second.Engine.Ours().Count == 0));
        Assert.Empty(await hosts.SharedAsync());
    }

    [Fact]
    public async Task A_network_removed_where_it_is_a_copy_goes_everywhere()
    {
        await using var hosts = await TwoHosts.StartAsync();
        hosts.First.Engine.AddNetwork("calnet1", Network);
        await Eventually.TrueAsync(() => Task.FromResult(hosts.Second.Engine.Ours().Count == 1));

        hosts.Second.Engine.RemoveNetwork("calnet1");

        await Eventually.TrueAsync(() => Task.FromResult(hosts.First.Engine.Ours().Count == 0));
    }

    [Fact]
    public async Task A_network_in_use_stays_on_that_host_until_it_is_free()
    {
        await using var hosts = await TwoHosts.StartAsync();
        hosts.First.Engine.AddNetwork("calnet1", Network);
        await Eventually.TrueAsync(() => Task.FromResult(hosts.Second.Engine.Ours().Count == 1));
        hosts.Second.Engine.Busy["calnet1"] = "network calnet1 has active endpoints";

        hosts.First.Engine.RemoveNetwork("calnet1");
        await Eventually.TrueAsync(async () => (await hosts.SharedAsync()).Count == 0);
        await Task.Delay(200, TestContext.Current.CancellationToken);
        Assert.Single(hosts.Second.Engine.Ours());

        hosts.Second.Engine.Busy.Clear();
        hosts.Second.Engine.Tell("""{"Type":"network","Action":"destroy"}""");
        await Eventually.TrueAsync(() => Task.FromResult(hosts.Second.Engine.Ours().Count == 0));
        Assert.Empty(hosts.First.Engine.Ours());
    }

    [Fact]
    public async Task With_a_cluster_store_docker_does_it_and_nothing_is_shared_twice()
    {
        await using var hosts = await TwoHosts.StartAsync("etcd://h:2379");

        hosts.First.Engine.AddNetwork("calnet1", Network);
        await Task.Delay(300, TestContext.Current.CancellationToken);

        Assert.Empty(await hosts.SharedAsync());
        Assert.Empty(hosts.Second.Engine.Ours());
    }

    /// <summary>Two hosts with their loops running over one store.</summary>
    private sealed class TwoHosts : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private Task _loops = Task.CompletedTask;

        public required PluginBench First { get; init; }

        public required PluginBench Second { get; init; }

        public static async Task<TwoHosts> StartAsync(string clusterStore = "")
        {
            var store = new MemoryStore();
            var hosts = new TwoHosts { First = await PluginBench.StartAsync("vms100", store), Second = await PluginBench.StartAsync("vms101", store) };
            hosts.First.Engine.ClusterStore = hosts.Second.Engine.ClusterStore = clusterStore;
            hosts._loops = Task.WhenAll(hosts.First.Plugins.RunAsync(hosts._stop.Token), hosts.Second.Plugins.RunAsync(hosts._stop.Token));
            return hosts;
        }

        public async Task<IReadOnlyList<Resource<DockerNetworkSpec>>> SharedAsync() =>
            (await First.Resources.ListAsync<DockerNetworkSpec>(Kinds.DockerNetwork, TestContext.Current.CancellationToken)).Items;

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _loops);
            await First.DisposeAsync();
            await Second.DisposeAsync();
            _stop.Dispose();
        }
    }
}
