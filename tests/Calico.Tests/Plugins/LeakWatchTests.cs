using System.Net;
using Calico.Ipam;
using Calico.Model.Addresses;
using Calico.Model.Store;
using Calico.Model.Values;
using Calico.Plugins.Attaching;
using Calico.Plugins.Docker.Api;
using Calico.Plugins.Docker.Cleaning;
using Calico.Plugins.Docker.Networks;
using Calico.Plugins.Leaks;
using Calico.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace Calico.Tests.Plugins;

/// <summary>An address with nobody behind it is freed after its time; with any sign of life anywhere it never is.</summary>
public abstract class LeakWatchTests(StorePlace place) : EachStore(place)
{
    private readonly SettableTime _time = new();
    private PluginBench _bench = null!; // set before any test runs, as the three below
    private DockerApi _docker = null!;
    private LeakWatch _watch = null!;
    private IPAddress _address = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        _bench = await PluginBench.StartAsync(shared: Store);
        _docker = new(_bench.Engine.Socket, TimeProvider.System);
        var file = new Calico.Plugins.StateFile<Dictionary<string, NetworkFacts>>("/dev/null/networks.json", NetworkFactsJson.Default.DictionaryStringNetworkFacts, NullLogger.Instance);
        var endpoints = new LocalEndpoints("vms100", Store, _bench.Resources, _bench.Books);
        _watch = new(_bench.Parts with { Time = _time }, endpoints, new EngineView(_docker, new NetworkDirectory(file)), NullLogger.Instance);
        _address = await AssignAsync("cni0.abc", "vms100");
    }

    protected override ValueTask EndAsync()
    {
        _docker.Dispose();
        return _bench.DisposeAsync();
    }

    [Fact]
    public async Task What_nobody_has_is_freed_once_its_time_is_over_and_not_before()
    {
        for (var minute = 0; minute < LeakWatch.Time.TotalMinutes; minute++)
        {
            await LookAsync();
            Assert.NotNull(await OwnerAsync());
            _time.Advance(TimeSpan.FromMinutes(1));
        }

        await LookAsync();
        Assert.Null(await OwnerAsync());
    }

    [Theory]
    [InlineData("endpoint here")]
    [InlineData("endpoint elsewhere")]
    [InlineData("kernel")]
    [InlineData("engine")]
    [InlineData("strange link")]
    [InlineData("reserve")]
    [InlineData("another host's")]
    public async Task With_a_sign_of_life_it_is_never_freed(string sign)
    {
        switch (sign)
        {
            case "endpoint here" or "endpoint elsewhere":
                var node = sign == "endpoint here" ? "vms100" : "vms101";
                await _bench.Resources.CreateAsync(
                    LocalEndpoints.New(new() { Orchestrator = "lab", Node = node, Workload = "w", Endpoint = "eth0", IpNetworks = [_address.HostPrefix], InterfaceName = "caliabc" }, Labels.Empty), Cancellation);
                break;
            case "kernel":
                _bench.Kernel.Known.Add(_address);
                break;
            case "engine":
                _bench.Engine.AddNetwork("calnet1", PluginBench.Network, "192.168.0.0/16").IPAM!.Config![0] = new() { AuxAddress = new() { ["x"] = $"{_address}" } }; // made with one
                break;
            case "strange link":
                _bench.Kernel.Links["cali0123456789a"] = new() { HostSide = "cali0123456789a", WorkloadSide = "eth0", Mac = new([0, 0, 0, 0, 0, 1]) };
                break;
            case "reserve":
                await _bench.Parts.Ipam.ReleaseByHandleAsync("cni0.abc", Cancellation);
                _address = await AssignAsync(IpamClient.ReserveHandle("vms100"), "vms100");
                break;
            default:
                await _bench.Parts.Ipam.ReleaseByHandleAsync("cni0.abc", Cancellation);
                _address = await AssignAsync("cni0.abc", "vms101");
                break;
        }

        await LookForLongAsync();

        Assert.NotNull(await OwnerAsync());
    }

    [Fact]
    public async Task A_sign_of_life_in_between_begins_its_time_anew()
    {
        await LookForLongAsync(minutes: 8);
        _bench.Kernel.Known.Add(_address);
        await LookForLongAsync(minutes: 1);
        _bench.Kernel.Known.Clear();
        await LookForLongAsync(minutes: 8);

        Assert.NotNull(await OwnerAsync());
    }

    [Fact]
    public async Task An_address_given_out_anew_meanwhile_has_its_own_time()
    {
        await LookForLongAsync(minutes: 8);
        await _bench.Parts.Ipam.ReleaseByHandleAsync("cni0.abc", Cancellation);
        await _bench.Parts.Ipam.AssignAddressAsync(_address, new() { Host = "vms100", HandleId = "cni0.def" }, Cancellation);
        await LookForLongAsync(minutes: 8);

        Assert.Equal("cni0.def", (await OwnerAsync())?.HandleId);
    }

    [Fact]
    public async Task While_theStore_or_the_engine_is_away_nothing_is_freed()
    {
        await LookForLongAsync(minutes: 8);
        _bench.Books.Away("away");
        await LookForLongAsync(minutes: 20);
        _bench.Books.Back();
        await LookForLongAsync(minutes: 8);

        Assert.NotNull(await OwnerAsync());
    }

    private async Task LookForLongAsync(int minutes = 30)
    {
        for (var minute = 0; minute < minutes; minute++)
        {
            await LookAsync();
            _time.Advance(TimeSpan.FromMinutes(1));
        }
    }

    private async Task LookAsync()
    {
        var changes = (await Store.ListAsync(StoreKeys.Blocks, Cancellation)).Items
            .Select(stored => StoreKeys.Parse(stored.Key) is { } name ? new StoreChange(name, Calico.Datastore.Resources.StoreCodec.Read(name, stored)) : default);
        _bench.Books.Take([.. changes]);
        await _watch.LookAsync(Cancellation);
    }

    private Task<AddressOwner?> OwnerAsync() => _bench.Parts.Ipam.OwnerOfAsync(_address, Cancellation);

    private async Task<IPAddress> AssignAsync(string handle, string node)
    {
        var request = new AssignRequest { Host = "vms100", HandleId = handle, Attributes = Labels.Empty.With("node", node) };
        return Assert.IsType<AssignOutcome.Assigned>(await _bench.Parts.Ipam.AssignAsync(request, Cancellation)).Addresses[0].Address;
    }
}
