using Calico.Datastore;
using Calico.Datastore.Memory;
using Calico.Datastore.Resources;
using Calico.Ipam;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Calico.Plugins;
using Calico.Plugins.Attaching;
using Calico.Plugins.Docker;
using Calico.Plugins.Offline;
using Microsoft.Extensions.Logging.Abstractions;

namespace Calico.Tests.Plugins;

/// <summary>A host's plugins as they are served, over a store in memory, a kernel and an engine that are stand-ins.</summary>
internal sealed class PluginBench : IAsyncDisposable
{
    public const string Network = "aaaaaaaaaaaa1111111111111111111111111111111111111111111111111111";
    public const string Endpoint = "0b7f49da20a1bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

    private readonly string _state = Directory.CreateTempSubdirectory("calico-state-").FullName;

    private PluginBench(FakeEngine engine, IStore store, string node)
    {
        (Engine, Store) = (engine, store);
        Resources = new ResourceStore(store, "test", TimeProvider.System, NullLogger.Instance);
        Books = LocalBooks.Open(Path.Combine(_state, "journal"), node, TimeProvider.System, NullLogger.Instance);
        Parts = new WorkloadParts
        {
            Node = node,
            Store = store,
            Books = Books,
            Resources = Resources,
            Ipam = new IpamClient(store, Resources, TimeProvider.System, NullLogger.Instance),
            Links = Kernel,
            Addresses = Kernel,
            Programmed = Kernel,
            Time = TimeProvider.System,
            Logs = NullLoggerFactory.Instance,
        };
        Plugins = new WorkloadAttachment(
            Parts, new DockerSettings { EngineSocket = engine.Socket, StateFolder = _state, CallTime = TimeSpan.FromSeconds(3) });
    }

    public FakeEngine Engine { get; }

    public FakeKernel Kernel { get; } = new();

    public WorkloadParts Parts { get; }

    public LocalBooks Books { get; }

    public string StateFolder => _state;

    public IStore Store { get; }

    public ResourceStore Resources { get; }

    public WorkloadAttachment Plugins { get; }

    public UnixServer Driver { get; private set; } = null!; // set by StartAsync, as the two below

    public UnixServer Ipam { get; private set; } = null!;

    public UnixServer Local { get; private set; } = null!;

    public static async Task<PluginBench> StartAsync(string node = "vms100", IStore? shared = null)
    {
        var bench = new PluginBench(await FakeEngine.StartAsync(), shared ?? new MemoryStore(), node);
        await bench.AddPoolAsync("default-ipv4-ippool", "192.168.0.0/16");
        bench.Driver = await UnixServer.StartAsync(bench.Plugins.MapNetworkDriver);
        bench.Ipam = await UnixServer.StartAsync(bench.Plugins.MapIpamDriver);
        bench.Local = await UnixServer.StartAsync(bench.Plugins.MapLocalApi);
        return bench;
    }

    public async Task AddPoolAsync(string name, string cidr) => await Resources.ApplyAsync(
        new Resource<IPPoolSpec>(Kinds.IPPool, new Metadata { Name = name }, new IPPoolSpec { Cidr = System.Net.IPNetwork.Parse(cidr) }),
        TestContext.Current.CancellationToken);

    public async Task<IReadOnlyList<Resource<WorkloadEndpointSpec>>> EndpointsAsync() =>
        (await Resources.ListAsync<WorkloadEndpointSpec>(Kinds.WorkloadEndpoint, TestContext.Current.CancellationToken)).Items;

    public async Task<IReadOnlyList<Resource<ProfileSpec>>> ProfilesAsync() =>
        (await Resources.ListAsync<ProfileSpec>(Kinds.Profile, TestContext.Current.CancellationToken)).Items;

    /// <summary>Nothing of a workload is left: no link, no endpoint.</summary>
    public async Task AssertNothingLeftAsync()
    {
        Assert.Empty(Kernel.Links);
        Assert.Empty(await EndpointsAsync());
    }

    /// <summary>The first two calls of a container's start; the network and the container are known to the engine.</summary>
    public async Task CreateEndpointAsync(string endpoint = Endpoint, string address = "192.168.0.5/32", string container = "web")
    {
        if (Engine.Ours().Count == 0)
            Engine.AddNetwork("calnet1", Network);
        Engine.AddContainer(container, Network, endpoint);
        await Driver.DoAsync("NetworkDriver.CreateEndpoint", Created(endpoint, address));
    }

    public static object Created(string endpoint = Endpoint, string address = "192.168.0.5/32", string mac = "") => new
    {
        NetworkID = Network,
        EndpointID = endpoint,
        Interface = new { Address = address, AddressIPv6 = "", MacAddress = mac },
        Options = new Dictionary<string, object>(),
    };

    public static object Joined(string endpoint = Endpoint, string sandbox = "/var/run/docker/netns/66d0653baec1") =>
        new { NetworkID = Network, EndpointID = endpoint, SandboxKey = sandbox };

    public static object Named(string endpoint = Endpoint) => new { NetworkID = Network, EndpointID = endpoint };

    public async ValueTask DisposeAsync()
    {
        await Driver.DisposeAsync();
        await Ipam.DisposeAsync();
        await Local.DisposeAsync();
        await Engine.DisposeAsync();
        Plugins.Dispose();
        Books.Dispose();
        Directory.Delete(_state, recursive: true);
    }
}
