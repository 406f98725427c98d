using System.Collections.Immutable;
using System.Net;
using System.Net.NetworkInformation;
using Calico.Dataplane;
using Calico.Lab.Tests.Netlink;
using Calico.Model.Addresses;
using Calico.Model.Hosts;
using Calico.Model.Resources.Specs;
using Calico.Model.Values;
using Calico.Netlink.Routing;

namespace Calico.Lab.Tests.Dataplane;

/// <summary>A host in a namespace of its own with our dataplane, a neighbour on its LAN, and containers wired as the Docker driver wires them.</summary>
internal sealed class RoutedHost : IAsyncDisposable
{
    public static readonly RulesId AllowAll = new("Profile", null, "allow-all");

    private readonly List<FreshNamespace> _containers = [];
    private CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;

    public RoutedHost()
    {
        Kernel.Wire("ens32", Neighbour, "eth0");
        Kernel.Ip("link set lo up");
        Kernel.Ip("address add 192.168.26.100/24 dev ens32");
        Kernel.Ip("address add fd26::100/64 dev ens32 nodad");
        Kernel.Ip("route add default via 192.168.26.2 dev ens32");
        Neighbour.Ip("link set lo up");
        Neighbour.Ip("address add 192.168.26.102/24 dev eth0");
        Neighbour.Ip("address add fd26::102/64 dev eth0 nodad");
        Neighbour.Ip("route add 10.0.0.0/16 via 192.168.26.100");
        Neighbour.Ip("route add fd10::/64 via fd26::100");
        Dataplane = Create();
    }

    public FreshNamespace Kernel { get; } = new();

    /// <summary>192.168.26.102; it knows that 10.0.0.0/16 and fd10::/64 are behind the host.</summary>
    public FreshNamespace Neighbour { get; } = new();

    public RecordingLog<HostDataplane> Log { get; } = new();

    public HostDataplane Dataplane { get; private set; }

    public HostState State { get; private set; } = HostState.Empty with
    {
        Rules = HostState.Empty.Rules.Add(AllowAll, new([new() { Action = RuleAction.Allow }], [new() { Action = RuleAction.Allow }])),
    };

    public void Start() => _running = Dataplane.RunAsync(_stop.Token);

    /// <summary>As a node's process does when it ends and starts again: a new dataplane that knows nothing.</summary>
    public async Task RestartAsync(Func<HostDataplaneOptions, HostDataplaneOptions>? change = null)
    {
        await StopAsync();
        Dataplane = Create(change);
        Start();
    }

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
        _stop = new();
    }

    /// <summary>A container with its veth pair, addresses and routes; the host does not know it as an endpoint yet.</summary>
    public FreshNamespace Wire(string name, params string[] addresses)
    {
        var container = new FreshNamespace();
        _containers.Add(container);
        Assert.True(Kernel.Route.Links.CreateVeth(new NewVeth
        {
            Name = "cali" + name,
            IsUp = true,
            HardwareAddress = PhysicalAddress.Parse("EE-EE-EE-EE-EE-EE"),
            Peer = new VethPeer { Name = "cali0", Namespace = container.Network },
        }));
        container.Ip("link set lo up");
        container.Ip("link set cali0 up");
        foreach (var address in addresses.Select(IPAddress.Parse))
        {
            if (address.IsIPv4)
            {
                container.Ip($"address add {address}/32 dev cali0");
                container.Ip("route add 169.254.1.1 dev cali0");
                container.Ip("route add default via 169.254.1.1 dev cali0");
            }
            else
            {
                container.Ip($"address add {address}/128 dev cali0 nodad");
                container.Ip($"route add default via {LinkLocal(name)} dev cali0");
            }
        }

        return container;
    }

    public static LocalEndpoint Endpoint(string name, params string[] addresses) => new()
    {
        Id = "default/" + name,
        Interface = "cali" + name,
        Addresses = addresses.Select(address => IPAddress.Parse(address).HostPrefix).ToValueList(),
        Profiles = [AllowAll],
    };

    public void Want(Func<HostState, HostState> change)
    {
        State = change(State);
        Dataplane.Want(State);
    }

    public void Want(LocalEndpoint endpoint) => Want(state => state with { Endpoints = state.Endpoints.SetItem(endpoint.Interface, endpoint) });

    /// <summary>A wired container that is an endpoint, ready for traffic.</summary>
    public async Task<FreshNamespace> RunAsync(string name, params string[] addresses)
    {
        var container = Wire(name, addresses);
        Want(Endpoint(name, addresses));
        await ProgrammedAsync("cali" + name);
        return container;
    }

    /// <summary>The endpoint is in the kernel as it was wanted last.</summary>
    public Task ProgrammedAsync(string interfaceName) => Dataplane.WaitForEndpointAsync(interfaceName, Deadline(20));

    public void Learn(bool isRestartComplete, params (string Prefix, string NextHop)[] routes) => Dataplane.WantLearned(
        routes.ToImmutableDictionary(route => IPNetwork.Parse(route.Prefix), route => new LearnedRoute([IPAddress.Parse(route.NextHop)])),
        isRestartComplete);

    /// <summary>Waits for a claim to hold.</summary>
    public static async Task UntilAsync(Func<bool> claim, double seconds = 20, [System.Runtime.CompilerServices.CallerArgumentExpression(nameof(claim))] string what = "")
    {
        var deadline = TimeProvider.System.GetTimestamp();
        while (!claim())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(deadline).TotalSeconds < seconds, $"not within {seconds} s: {what}");
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }

    public static CancellationToken Deadline(double seconds) =>
        CancellationTokenSource.CreateLinkedTokenSource(new CancellationTokenSource(TimeSpan.FromSeconds(seconds)).Token, TestContext.Current.CancellationToken).Token;

    public string Nft(string arguments) => Kernel.Run("/usr/sbin/nft", FreshNamespace.Words(arguments));

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
        foreach (var container in _containers)
            container.Dispose();
        Neighbour.Dispose();
        Kernel.Dispose();
    }

    private HostDataplane Create(Func<HostDataplaneOptions, HostDataplaneOptions>? change = null)
    {
        var options = new HostDataplaneOptions { Namespace = Kernel.Network };
        return new(change?.Invoke(options) ?? options, TimeProvider.System, Log);
    }

    private string LinkLocal(string name)
    {
        var index = Kernel.Index("cali" + name);
        return Kernel.Route.Addresses.List(index).First(address => address.Address.IsIPv6LinkLocal).Address.ToString().Split('%')[0];
    }
}
