using System.Net;
using Calico.Ipam;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Calico.Model.Store;
using Calico.Plugins;
using Calico.Plugins.Attaching;
using Calico.Plugins.Offline;
using Calico.Tests.Datastore;
using Calico.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using static Calico.Tests.Plugins.PluginBench;

namespace Calico.Tests.Plugins;

/// <summary>Containers that start and end while the store is away.</summary>
public abstract class OfflineTests(StorePlace place) : EachStore(place)
{
    private FaultyStore _store = null!; // set before any test runs, as the next
    private PluginBench _bench = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        _store = new(Store);
        _bench = await StartAsync(shared: _store);
        await _bench.Resources.CreateAsync(new Resource<NodeSpec>(Kinds.Node, new() { Name = "vms100" }, new()), Cancellation);
        await RequestAsync(); // the host's first block
        await new ReserveKeeper(_bench.Books, _bench.Parts, NullLogger.Instance).LookAsync(Cancellation);
        await FeedAsync();
    }

    protected override ValueTask EndAsync() => _bench.DisposeAsync();

    [Fact]
    public async Task A_container_starts_out_of_the_reserve_and_the_store_learns_of_it_when_it_is_back()
    {
        _store.Fail("etcd at http://10.0.0.1:2379: connection refused");

        var address = await StartContainerAsync(Endpoint, "web");
        var told = _bench.Books.Drain();
        Assert.Contains(told, change => change.Value is Resource<WorkloadEndpointSpec> { Spec.IpNetworks: [var net] } && net.BaseAddress.Equals(address));
        Assert.Contains(told, change => change.Value is Resource<ProfileSpec>);

        _store.Heal();
        await WriteBackAsync();

        Assert.Equal(address, Assert.Single(await _bench.EndpointsAsync()).Spec.IpNetworks?[0].BaseAddress);
        Assert.Single(await _bench.ProfilesAsync());
        Assert.Equal(0, _bench.Books.Waiting);
        var findings = await CheckAsync();
        Assert.Equal(0, findings.Count - findings.Leaks.Count);
        Assert.DoesNotContain(findings.Leaks, leak => leak.Owner.Address.Equals(address));
    }

    [Fact]
    public async Task What_was_done_without_the_store_outlives_the_process()
    {
        _store.Fail("away");
        var address = await StartContainerAsync(Endpoint, "web");
        _bench.Books.Dispose();

        using var again = LocalBooks.Open(Path.Combine(_bench.StateFolder, "journal"), "vms100", TimeProvider.System, NullLogger.Instance);

        Assert.Equal(_bench.Books.Waiting, again.Waiting);
        Assert.Equal(address, Assert.Single(again.Endpoints).Spec.IpNetworks?[0].BaseAddress);
        Assert.Contains(again.Drain(), change => change.Value is Resource<WorkloadEndpointSpec>);
        while (again.TryAssign(_ => true, "another") is { } other)
            Assert.NotEqual(address, other);
    }

    [Fact]
    public async Task Containers_come_and_go_without_end_and_addresses_are_used_again()
    {
        _store.Fail("away");
        for (var round = 0; round < 30; round++)
        {
            var address = await StartContainerAsync(Endpoint, "web");
            await _bench.Driver.DoAsync("NetworkDriver.Leave", Named());
            await _bench.Driver.DoAsync("NetworkDriver.DeleteEndpoint", Named());
            await _bench.Ipam.DoAsync("IpamDriver.ReleaseAddress", new { PoolID = "CalicoPoolIPv4", Address = $"{address}" });
            _bench.Engine.Ours()[0].Containers?.Clear();
        }

        _store.Heal();
        await WriteBackAsync();

        await _bench.AssertNothingLeftAsync();
        Assert.Equal(0, (await CheckAsync()).Count - 1); // the address of the first request, which has no container
    }

    [Fact]
    public async Task A_container_that_was_there_before_ends_without_the_store_and_its_address_serves_the_next()
    {
        var first = await StartContainerAsync(Endpoint, "web");
        await FeedAsync();
        _store.Fail("away");
        await _bench.Driver.DoAsync("NetworkDriver.Leave", Named());
        await _bench.Driver.DoAsync("NetworkDriver.DeleteEndpoint", Named());
        await _bench.Ipam.DoAsync("IpamDriver.ReleaseAddress", new { PoolID = "CalicoPoolIPv4", Address = $"{first}" });
        Assert.Contains(_bench.Books.Drain(), change => change.Value is null);

        List<IPAddress> had = [];
        for (var i = 0; i < 9; i++) // the eight of the reserve, and that of the container that ended
            had.Add(await RequestAsync());

        Assert.Contains(first, had);
        Assert.Contains("the datastore is away", (await _bench.Ipam.RefusedAsync("IpamDriver.RequestAddress", new { PoolID = "CalicoPoolIPv4", Address = "" })), StringComparison.Ordinal);
        _store.Heal();
        await WriteBackAsync();
        var findings = await CheckAsync();
        Assert.Empty(await _bench.EndpointsAsync());
        Assert.Equal(10, findings.Leaks.Count); // addresses that Docker asked for and made no endpoint of, as this test did
        Assert.Equal(10, findings.Count);
    }

    [Fact]
    public async Task An_address_taken_away_by_hand_and_given_to_another_costs_the_container_here_its_network_not_the_other()
    {
        _store.Fail("away");
        var address = await StartContainerAsync(Endpoint, "web");
        var elsewhere = IpamClientOf("vms101");
        await elsewhere.ReleaseAsync(address, expectedHandle: null, Cancellation);
        Assert.IsType<AssignOutcome.Assigned>(await elsewhere.AssignAddressAsync(address, new() { Host = "vms101", HandleId = "theirs" }, Cancellation));

        _bench.Books.Drain();
        _store.Heal();
        await WriteBackAsync();

        await _bench.AssertNothingLeftAsync();
        Assert.Equal("theirs", (await elsewhere.OwnerOfAsync(address, Cancellation))?.HandleId);
        Assert.Contains(_bench.Books.Drain(), change => change.Value is null);
    }

    [Fact]
    public async Task Once_the_store_is_back_and_has_all_who_waited_for_that_is_told_once()
    {
        _store.Fail("away");
        await StartContainerAsync(Endpoint, "web");
        _bench.Books.Away("away");
        var addresses = new WorkloadAddresses("vms100", _store, _bench.Resources, _bench.Parts.Ipam, _bench.Books);
        var settled = new Signal(TimeProvider.System);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var running = new WriteBack(_bench.Books, _bench.Parts, addresses, new Signal(TimeProvider.System), settled, NullLogger.Instance).RunAsync(end.Token);
        Assert.False(await settled.WaitAsync(TimeSpan.FromMilliseconds(300), Cancellation));

        _store.Heal();
        _bench.Books.Back();

        Assert.True(await settled.WaitAsync(TimeSpan.FromSeconds(20), Cancellation));
        Assert.Equal(0, _bench.Books.Waiting);
        Assert.False(await settled.WaitAsync(TimeSpan.FromMilliseconds(300), Cancellation));
        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public async Task Where_nothing_else_is_left_the_hosts_reserve_serves_its_containers()
    {
        await IpamConfiguration.ChangeAsync(_store, settings => settings with { StrictAffinity = true, MaxBlocksPerHost = 1 }, Cancellation);
        HashSet<IPAddress> had = [];
        for (var i = 1; i < 64; i++)
            Assert.True(had.Add(await RequestAsync()));
        await WriteBackAsync();
        Assert.Contains("limit of 1 blocks", await _bench.Ipam.RefusedAsync("IpamDriver.RequestAddress", new { PoolID = "CalicoPoolIPv4", Address = "" }), StringComparison.Ordinal);
        Assert.All(had, address => Assert.StartsWith("docker.vms100.", IpamClientOf("x").OwnerOfAsync(address, Cancellation).Result?.HandleId, StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_address_in_reserve_is_had_by_name_on_its_host_and_refused_on_others()
    {
        var elsewhere = IpamClientOf("vms101");
        await elsewhere.AssignAsync(new() { Host = "vms101", HandleId = "w", IPv4 = 1 }, Cancellation);
        var theirs = (await elsewhere.KeepReserveAsync("vms101", 1, Cancellation))[0];
        var ours = (await IpamInventory.ReadAsync(_store, _bench.Resources, Cancellation)).Allocations
            .First(owner => owner.HandleId == IpamClient.ReserveHandle("vms100")).Address;

        var answer = await _bench.Ipam.DoAsync("IpamDriver.RequestAddress", new { PoolID = "CalicoPoolIPv4", Address = $"{ours}" });
        await WriteBackAsync();

        Assert.Equal($"{ours}/32", (string?)answer["Address"]);
        Assert.StartsWith("docker.vms100.", (await elsewhere.OwnerOfAsync(ours, Cancellation))?.HandleId, StringComparison.Ordinal);
        var refused = await _bench.Ipam.RefusedAsync("IpamDriver.RequestAddress", new { PoolID = "CalicoPoolIPv4", Address = $"{theirs}" });
        Assert.Contains($"{theirs} is one of those that host vms101 keeps in reserve", refused, StringComparison.Ordinal);
        refused = await _bench.Ipam.RefusedAsync("IpamDriver.RequestAddress", new { PoolID = "CalicoPoolIPv4", Address = $"{ours}" });
        Assert.Contains("in use", refused, StringComparison.Ordinal);
    }

    private async Task<IPAddress> StartContainerAsync(string endpoint, string container)
    {
        var address = await RequestAsync();
        await _bench.CreateEndpointAsync(endpoint, $"{address}/32", container);
        await _bench.Driver.DoAsync("NetworkDriver.Join", Joined(endpoint));
        return address;
    }

    private async Task<IPAddress> RequestAsync()
    {
        var answer = await _bench.Ipam.DoAsync("IpamDriver.RequestAddress", new { PoolID = "CalicoPoolIPv4", Address = "" });
        return IPNetwork.Parse((string?)answer["Address"] ?? "").BaseAddress;
    }

    /// <summary>What the node's syncer would tell.</summary>
    private async Task FeedAsync()
    {
        List<StoreChange> changes = [];
        foreach (var prefix in (string[])[StoreKeys.Resources, StoreKeys.Blocks])
        {
            foreach (var stored in (await _store.ListAsync(prefix, Cancellation)).Items)
            {
                if (StoreKeys.Parse(stored.Key) is { } name)
                    changes.Add(new(name, Calico.Datastore.Resources.StoreCodec.Read(name, stored)));
            }
        }

        _bench.Books.Take(changes);
    }

    private async Task WriteBackAsync()
    {
        var addresses = new WorkloadAddresses("vms100", _store, _bench.Resources, _bench.Parts.Ipam, _bench.Books);
        await new WriteBack(_bench.Books, _bench.Parts, addresses, new Signal(TimeProvider.System), new Signal(TimeProvider.System), NullLogger.Instance).RoundAsync(Cancellation);
        _bench.Books.Back();
    }

    private async Task<IpamFindings> CheckAsync()
    {
        var inventory = await IpamInventory.ReadAsync(_store, _bench.Resources, Cancellation);
        var nodes = await _bench.Resources.ListAsync<NodeSpec>(Kinds.Node, Cancellation);
        return new IpamCheck(inventory, await _bench.EndpointsAsync(), nodes.Items, TimeProvider.System.GetUtcNow().AddHours(1)).Run();
    }

    private IpamClient IpamClientOf(string host) =>
        new(_store.Inner, new(_store.Inner, host, TimeProvider.System, NullLogger.Instance), TimeProvider.System, NullLogger.Instance);
}
