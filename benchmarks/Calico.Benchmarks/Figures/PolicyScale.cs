using System.Diagnostics;
using System.Net;
using Calico.Benchmarks.Report;
using Calico.Calc;
using Calico.Dataplane.Firewall;
using Calico.Model.Hosts;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Calico.Model.Store;
using Calico.Model.Values;
using Calico.Netlink;
using Calico.Netlink.Nftables;

namespace Calico.Benchmarks.Figures;

/// <summary>A host with 200 endpoints in a cluster of 10,000 with 1,000 policies: from the store's changes to the kernel, in a namespace of its own.</summary>
internal sealed class PolicyScale : IFigure
{
    private const int Endpoints = 10_000, Local = 200, Policies = 1_000;
    private const string Host = "vms100";

    public string Name => "scale";
    public string What => "policy of 200 endpoints among 10,000 with 1,000 policies, from the store to the kernel";

    public Task<IReadOnlyList<Result>> MeasureAsync(Run run, CancellationToken cancel)
    {
        var name = $"bench{Environment.ProcessId}-scale";
        using var inside = NetworkNamespace.Create(name);
        try
        {
            using var socket = NftSocket.Open(inside);
            return Task.FromResult<IReadOnlyList<Result>>(Measure(run, socket));
        }
        finally
        {
            NetworkNamespace.Delete(name);
        }
    }

    private List<Result> Measure(Run run, NftSocket socket)
    {
        run.Progress.Say($"computing the policy of {Local} endpoints among {Endpoints}");
        List<double> cold = [], memory = [];
        Node? node = null;
        for (var round = 0; round < (run.Rounds ?? 5); round++)
        {
            var world = World().ToList();
            node = null;
            var before = GC.GetTotalMemory(forceFullCollection: true);
            var began = Stopwatch.GetTimestamp();
            node = new Node(socket);
            node.Graph.Apply(world);
            node.Flush();
            cold.Add(Stopwatch.GetElapsedTime(began).TotalSeconds);
            memory.Add((GC.GetTotalMemory(forceFullCollection: true) - before) / 1e6);
        }

        Debug.Assert(node is not null, "at least one round");
        node.Bring();
        var label = Times(run, i => Endpoint(Local + 500, app: i % 2 == 0 ? 3 : 501), node);
        var local = Times(run, i => Endpoint(7, app: i % 2 == 0 ? 8 : 7), node);
        var edit = Times(run, i => Policy(3, port: (ushort)(81 + i)), node);
        return
        [
            Result.Below(Told("from cold, computed and rendered, s", cold, "0.00"), 3),
            Result.Below(Told("memory it takes, MB", memory, "0"), 300),
            Result.Below(Told("another host's endpoint changes its label, to kernel, ms", label, "0.00"), 10),
            Result.Below(Told("an endpoint here changes its label, to kernel, ms", local, "0.00"), 10),
            Result.Below(Told("a policy is edited, to kernel, ms", edit, "0.00"), 50),
        ];
    }

    private static List<double> Times(Run run, Func<int, StoreChange> change, Node node)
    {
        var times = new List<double>();
        for (var i = 0; i < 10 + (run.Rounds ?? 50); i++)
        {
            var next = change(i);
            var began = Stopwatch.GetTimestamp();
            node.Graph.Apply(next);
            node.Flush();
            node.Bring();
            if (i >= 10)
                times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }

        return times;
    }

    private Measure Told(string what, List<double> values, string format) =>
        new(Name, what, Medians.Of(values), Medians.Of(values).ToString(format), $"median of {values.Count}, worst {values.Max().ToString(format)}");

    private static IEnumerable<StoreChange> World() =>
    [
        Put(Kinds.Profile, "net", new ProfileSpec { LabelsToApply = Labels.Empty.With("net", "net"), Egress = [new() { Action = RuleAction.Allow }] }),
        .. Enumerable.Range(0, Endpoints).Select(i => Endpoint(i, app: i % Policies)),
        .. Enumerable.Range(0, Policies).Select(i => Policy(i, port: 80)),
    ];

    private static StoreChange Endpoint(int index, int app) => Put(
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

    private static StoreChange Policy(int index, ushort port) => Put(Kinds.GlobalNetworkPolicy, $"policy{index:0000}", new PolicySpec
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

    /// <summary>The part of a node that is measured: graph, rendering, kernel.</summary>
    private sealed class Node(NftSocket socket)
    {
        private readonly FirewallRendering _rendering = new();
        private readonly FirewallRound _round = new(new NftFirewall(socket));
        private FirewallTable _table = FirewallTable.Empty;

        public CalculationGraph Graph { get; } = new(Host);

        public HostState State { get; private set; } = HostState.Empty;

        public void Flush()
        {
            State = Graph.Flush().Host;
            _table = _rendering.Render(State);
        }

        public void Bring()
        {
            if (_round.Reconcile(_table) is { Problems: [var problem, ..] })
                throw new BenchException(problem);
        }
    }
}
