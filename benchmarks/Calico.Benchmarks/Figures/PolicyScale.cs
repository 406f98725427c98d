using System.Diagnostics;
using System.Globalization;
using Calico.Benchmarks.Report;
using Calico.Calc;
using Calico.Dataplane.Firewall;
using Calico.Lab.Tools;
using Calico.Model.Hosts;
using Calico.Model.Store;
using Calico.Netlink;
using Calico.Netlink.Nftables;

namespace Calico.Benchmarks.Figures;

/// <summary>A host with 200 endpoints in a cluster of 10,000 with 1,000 policies: from the store's changes to the kernel, in a namespace of its own.</summary>
internal sealed class PolicyScale : IFigure
{
    /// <summary>A node's programs are compiled ahead of time, this one is not: until its just-in-time compiler has done the same.</summary>
    private static readonly TimeSpan _warmUp = TimeSpan.FromSeconds(3);

    public string Name => "scale";
    public string What => "policy of 200 endpoints among 10,000 with 1,000 policies, from the store to the kernel";

    public async Task<IReadOnlyList<Result>> MeasureAsync(Run run, CancellationToken cancel)
    {
        var name = $"bench{Environment.ProcessId}-scale";
        using var inside = NetworkNamespace.Create(name);
        try
        {
            using var socket = NftSocket.Open(inside);
            return [.. await ColdAsync(run, cancel), .. Measure(run, socket)];
        }
        finally
        {
            NetworkNamespace.Delete(name);
        }
    }

    /// <summary>In processes of their own, whose whole memory is told.</summary>
    private async Task<IReadOnlyList<Result>> ColdAsync(Run run, CancellationToken cancel)
    {
        run.Progress.Say($"computing the policy of {PolicyWorld.Local} endpoints among {PolicyWorld.Endpoints}");
        List<double> seconds = [], memory = [];
        var program = Environment.ProcessPath ?? throw new BenchException("this program has no path");
        for (var round = 0; round < (run.Rounds ?? 5); round++)
        {
            var output = await Tool.MustAsync("computing policy", [program, PolicyWorld.ColdCommand], input: null, cancel);
            var numbers = output.Split(' ').Select(number => double.Parse(number, CultureInfo.InvariantCulture)).ToList();
            seconds.Add(numbers[0]);
            memory.Add(numbers[1]);
        }

        return
        [
            Result.Below(new(Name, "from cold, computed and rendered, s", Medians.Of(seconds), $"{Medians.Of(seconds):0.00}", $"median of {seconds.Count}, worst {seconds.Max():0.00}"), 3),
            Result.Below(new(Name, "peak memory of the whole process, the stored resources included, MB", Medians.Of(memory), $"{Medians.Of(memory):0}", $"median of {memory.Count}, worst {memory.Max():0}"), 300),
        ];
    }

    private List<Result> Measure(Run run, NftSocket socket)
    {
        run.Progress.Say($"changing the policy of {PolicyWorld.Local} endpoints among {PolicyWorld.Endpoints}");
        var node = new Node(socket);
        node.Graph.Apply(PolicyWorld.All());
        node.Compute();
        node.Render();
        node.Bring();
        return
        [
            Result.Below(Changes("another host's endpoint changes its label, to kernel, ms", run, node, i => PolicyWorld.Endpoint(PolicyWorld.Local + 500, app: i % 2 == 0 ? 3 : 501)), 10),
            Result.Below(Changes("an endpoint here changes its label, to kernel, ms", run, node, i => PolicyWorld.Endpoint(7, app: i % 2 == 0 ? 8 : 7)), 10),
            Result.Below(Changes("a policy is edited, to kernel, ms", run, node, i => PolicyWorld.Policy(3, port: (ushort)(81 + i))), 50),
        ];
    }

    /// <summary>The median of many changes, each computed, rendered and written, and what each of the three takes of it.</summary>
    private Measure Changes(string what, Run run, Node node, Func<int, StoreChange> change)
    {
        List<double> computing = [], rendering = [], writing = [], all = [];
        var bytes = 0L;
        var started = Stopwatch.GetTimestamp();
        for (var i = 0; all.Count < (run.Rounds ?? 50); i++)
        {
            var next = change(i);
            var began = Stopwatch.GetTimestamp();
            node.Graph.Apply(next);
            node.Compute();
            var computed = Stopwatch.GetTimestamp();
            node.Render();
            var rendered = Stopwatch.GetTimestamp();
            node.Bring();
            if (Stopwatch.GetElapsedTime(started) < _warmUp)
                continue;

            computing.Add(Stopwatch.GetElapsedTime(began, computed).TotalMilliseconds);
            rendering.Add(Stopwatch.GetElapsedTime(computed, rendered).TotalMilliseconds);
            writing.Add(Stopwatch.GetElapsedTime(rendered).TotalMilliseconds);
            all.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            bytes = node.Written;
        }

        var parts = $"computed {Medians.Of(computing):0.00}, rendered {Medians.Of(rendering):0.00}, written {Medians.Of(writing):0.00} ({bytes} bytes)";
        return new(Name, what, Medians.Of(all), $"{Medians.Of(all):0.00}", $"{parts}; median of {all.Count}, worst {all.Max():0.00}");
    }

    /// <summary>The part of a node that is measured: graph, rendering, kernel.</summary>
    private sealed class Node(NftSocket socket)
    {
        private readonly FirewallRendering _rendering = new();
        private readonly FirewallRound _round = new(new NftFirewall(socket));
        private FirewallTable _table = FirewallTable.Empty;

        private HostState _state = HostState.Empty;
        private long _before;

        public CalculationGraph Graph { get; } = new(PolicyWorld.Host);

        /// <summary>Bytes of netlink that the last change took.</summary>
        public long Written => socket.Sent - _before;

        public void Compute() => _state = Graph.Flush().Host;

        public void Render() => _table = _rendering.Render(_state);

        public void Bring()
        {
            _before = socket.Sent;
            if (_round.Reconcile(_table) is { Problems: [var problem, ..] })
                throw new BenchException(problem);
        }
    }
}
