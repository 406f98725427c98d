using System.Diagnostics;
using System.Globalization;
using System.Net;
using Calico.Calc;
using Calico.Dataplane.Firewall;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Calico.Model.Store;
using Calico.Model.Values;

namespace Calico.Benchmarks.Figures;

/// <summary>A large cluster as its store tells of it: endpoints of a thousand applications, and a policy for each.</summary>
internal static class PolicyWorld
{
    public const int Endpoints = 10_000, Local = 200, Policies = 1_000;

    /// <summary>The host that has the first <see cref="Local"/>.</summary>
    public const string Host = "vms100";

    /// <summary>The hidden command that runs <see cref="ComputeCold"/> in a process that does nothing else.</summary>
    public const string ColdCommand = "policy-cold";

    /// <summary>Computes and renders once.</summary>
    /// <returns>Seconds, and the peak of the process's memory in megabytes.</returns>
    public static string ComputeCold()
    {
        var world = All().ToList();
        var began = Stopwatch.GetTimestamp();
        var graph = new CalculationGraph(Host);
        graph.Apply(world);
        var table = new FirewallRendering().Render(graph.Flush().Host);
        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        GC.KeepAlive((graph, table, world));
        var peak = File.ReadLines("/proc/self/status").First(line => line.StartsWith("VmHWM:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];
        return string.Create(CultureInfo.InvariantCulture, $"{seconds} {double.Parse(peak, CultureInfo.InvariantCulture) / 1024}");
    }

    public static IEnumerable<StoreChange> All() =>
    [
        Put(Kinds.Profile, "net", new ProfileSpec { LabelsToApply = Labels.Empty.With("net", "net"), Egress = [new() { Action = RuleAction.Allow }] }),
        .. Enumerable.Range(0, Endpoints).Select(i => Endpoint(i, app: i % Policies)),
        .. Enumerable.Range(0, Policies).Select(i => Policy(i, port: 80)),
    ];

    public static StoreChange Endpoint(int index, int app) => Put(
        Kinds.WorkloadEndpoint,
        $"endpoint{index}",
        new WorkloadEndpointSpec
        {
            Orchestrator = "libnetwork",
            Node = index < Local ? Host : $"vms{101 + (index % 49)}",
            InterfaceName = $"cali{index}",
            IpNetworks = [new(new IPAddress([10, (byte)(index >> 16), (byte)(index >> 8), (byte)index]), 32)],
            Profiles = ["net"],
        },
        "default",
        Labels.Empty.With("app", $"app{app}").With("role", $"role{app % 10}").With("zone", $"zone{index % 3}"));

    public static StoreChange Policy(int index, ushort port) => Put(Kinds.GlobalNetworkPolicy, $"policy{index:0000}", new PolicySpec
    {
        Order = index,
        Selector = $"app == 'app{index}'",
        Ingress =
        [
            new() { Action = RuleAction.Allow, Protocol = Protocol.Tcp, Source = new() { Selector = $"app == 'app{(index + 1) % Policies}'" }, Destination = new() { Ports = [new(port)] } },
            new() { Action = RuleAction.Allow, Protocol = Protocol.Tcp, Source = new() { Selector = $"role == 'role{index % 10}' && zone in {{'zone0', 'zone1'}}" }, Destination = new() { Ports = [new(443)] } },
        ],
    });

    private static StoreChange Put(ResourceKind kind, string name, object spec, string? ns = null, Labels? labels = null)
    {
        var resource = ResourceJson.Create(kind, new() { Name = name, Namespace = ns, Labels = labels }, spec);
        return new(new StoreName.OfResource(ResourceId.Of(resource)), resource);
    }
}
