using System.Net;
using System.Net.Sockets;
using Calico.Calc.Evaluation;
using Calico.Lab.Tests.Dataplane;
using Calico.Lab.Tests.Netlink;
using Calico.Model.Addresses;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Calico.Model.Values;

namespace Calico.Lab.Tests.Policy;

/// <summary>The example of Calico's Docker tutorials: networks frontend and database; only the frontend reaches the database, and only at 3306.</summary>
public sealed class FrontendDatabaseTests : IAsyncLifetime
{
    private const string Node = "host";

    private static readonly (string Name, string Address, string Network)[] Containers =
    [
        ("fe", "10.0.0.1", "frontend"), ("db", "10.0.0.2", "database"), ("db2", "10.0.0.3", "database"), ("other", "10.0.0.4", "other"),
    ];

    private readonly RoutedHost _host = new();
    private readonly Dictionary<string, FreshNamespace> _containers = [];

    public async ValueTask InitializeAsync()
    {
        _host.Start();
        foreach (var (name, address, _) in Containers)
            _containers[name] = await _host.RunAsync(name, address);
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Labelled_profiles_and_two_policies_let_the_frontend_in_and_nobody_else()
    {
        var cluster = new ClusterPolicy([.. Containers.Select(Endpoint), .. Networks(), .. Policies()]);
        _host.Want(_ => cluster.Host(Node).State);
        TcpListener[] listeners = [.. _containers.Values.SelectMany(container => new[] { container.Listen(3306), container.Listen(80) })];
        try
        {
            await RoutedHost.UntilAsync(() => _containers["other"].IsCutOffFrom("10.0.0.2"), seconds: 10);
            foreach (var (from, to, port, isAllowed) in new[]
            {
                ("fe", "10.0.0.2", 3306, true), ("fe", "10.0.0.2", 80, false), ("db", "10.0.0.3", 80, true), ("db2", "10.0.0.2", 3306, true),
                ("other", "10.0.0.2", 3306, false), ("db", "10.0.0.1", 80, false), ("other", "10.0.0.1", 80, false),
            })
            {
                Assert.True(isAllowed == await _containers[from].ConnectsAsync(to, port), $"{from} -> {to}:{port}");
                var packet = Packet.Echo(cluster.Endpoints.First(endpoint => endpoint.Id.Name == from).Addresses.First(), IPAddress.Parse(to)) with
                {
                    Protocol = Protocol.Tcp,
                    DestinationPort = (ushort)port,
                };
                Assert.True(isAllowed == cluster.Decide(packet).IsAllowed, $"{packet}");
            }
        }
        finally
        {
            foreach (var listener in listeners)
                listener.Dispose();
        }
    }

    private static IResource Endpoint((string Name, string Address, string Network) container) => new Resource<WorkloadEndpointSpec>(
        Kinds.WorkloadEndpoint,
        new() { Name = container.Name, Namespace = "default" },
        new()
        {
            Node = Node,
            InterfaceName = "cali" + container.Name,
            IpNetworks = [IPAddress.Parse(container.Address).HostPrefix],
            Profiles = [container.Network],
        });

    /// <summary>The tutorial's label-only profiles.</summary>
    private static IEnumerable<IResource> Networks() => Containers.Select(container => container.Network).Distinct().Select(network =>
        new Resource<ProfileSpec>(Kinds.Profile, new() { Name = network }, new() { LabelsToApply = Labels.Empty.With("role", network) }));

    private static IEnumerable<IResource> Policies() =>
    [
        new Resource<PolicySpec>(Kinds.GlobalNetworkPolicy, new() { Name = "database" }, new()
        {
            Order = 0,
            Selector = "role == 'database'",
            Types = [PolicyType.Ingress, PolicyType.Egress],
            Ingress =
            [
                new() { Action = RuleAction.Allow, Protocol = Protocol.Tcp, Source = new() { Selector = "role == 'frontend'" }, Destination = new() { Ports = [new(3306)] } },
                new() { Action = RuleAction.Allow, Source = new() { Selector = "role == 'database'" } },
            ],
            Egress = [new() { Action = RuleAction.Allow, Destination = new() { Selector = "role == 'database'" } }],
        }),
        new Resource<PolicySpec>(Kinds.GlobalNetworkPolicy, new() { Name = "frontend" }, new()
        {
            Order = 0,
            Selector = "role == 'frontend'",
            Types = [PolicyType.Egress],
            Egress = [new() { Action = RuleAction.Allow, Protocol = Protocol.Tcp, Destination = new() { Selector = "role == 'database'", Ports = [new(3306)] } }],
        }),
    ];
}
