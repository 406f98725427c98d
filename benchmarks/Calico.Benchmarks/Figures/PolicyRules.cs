using System.Text;
using System.Text.Json.Nodes;
using Calico.Benchmarks.Labs;
using Calico.Benchmarks.Report;

namespace Calico.Benchmarks.Figures;

/// <summary>Workloads across two hosts under one allow rule, and under so many rules of all kinds of which only the last allows what is sent.</summary>
internal sealed class PolicyRules : IFigure
{
    private const int SliceMilliseconds = 60;
    private const int RulesAPolicy = 1000;
    private const double Floor = 0.97, ConnectionFloor = 0.9;

    private static readonly int[] _counts = [1, 1, 100, 1000, 10_000];

    public string Name => "rules";
    public string What => "traffic under 1 to 10,000 policy rules against one";

    public async Task<IReadOnlyList<Result>> MeasureAsync(Run run, CancellationToken cancel)
    {
        var lab = await run.Labs.NamespacesAsync(cancel);
        List<TrafficPath> paths = [];
        try
        {
            foreach (var (index, count) in _counts.Index())
            {
                run.Progress.Say($"two workloads under {count} rules");
                paths.Add(await OpenAsync(lab, $"rules{index}", count, cancel));
            }

            return await CompareAsync(paths, run, cancel);
        }
        finally
        {
            foreach (var path in paths)
                await path.DisposeAsync();
        }
    }

    private async Task<IReadOnlyList<Result>> CompareAsync(List<TrafficPath> paths, Run run, CancellationToken cancel)
    {
        run.Progress.Say("measuring traffic under all of them in turn");
        var rounds = run.Rounds ?? 60;
        var results = new List<Result>();
        (string What, double Floor, Func<TrafficPath, CancellationToken, Task<TrafficCost>> Measure)[] kinds =
        [
            ("TCP throughput", Floor, (path, token) => path.StreamAsync(SliceMilliseconds, token)),
            ("request/response rate", Floor, (path, token) => path.PingPongAsync(SliceMilliseconds, token)),
            ("connection rate", ConnectionFloor, (path, token) => path.ConnectionsAsync(SliceMilliseconds, token)),
        ];
        foreach (var (what, floor, measure) in kinds)
        {
            var costs = await Interleaved.MeasureAsync(rounds, [.. paths.Select(path => (Func<CancellationToken, Task<TrafficCost>>)(token => measure(path, token)))], cancel);
            var one = costs[0].Select(cost => cost.Rate).ToList();
            for (var i = 1; i < paths.Count; i++)
            {
                var many = costs[i].Select(cost => cost.Rate).ToList();
                var ratio = Measure.Ratio(
                    Name, $"{what}, {_counts[i]} rules against 1", Medians.Ratios(many, one), $"medians {Medians.Of(many):0.00} / {Medians.Of(one):0.00} a second, {rounds} rounds");
                results.Add(i == 1 ? Result.Told(ratio) : Result.AtLeast(ratio, floor)); // one rule against one shows the noise
            }
        }

        return results;
    }

    private static async Task<TrafficPath> OpenAsync(BenchLab lab, string workload, int rules, CancellationToken cancel)
    {
        string[] enter = ["ip", "netns", "exec", workload];
        var client = await lab.RunWorkloadAsync(BenchLab.FirstHost, workload, cancel);
        var server = await lab.RunWorkloadAsync(BenchLab.SecondHost, workload, cancel);
        await LabelAsync(lab, workload, [client, server], cancel);
        await lab.ExecAsync(BenchLab.FirstHost, ["calicoctl", "apply", "-f", "-"], cancel, Policies(workload, rules));
        var path = await TrafficPath.OpenAsync($"{rules} rules", (lab.StartAgent(BenchLab.FirstHost, enter), lab.StartAgent(BenchLab.SecondHost, enter)), server, cancel);
        await Task.Delay(TimeSpan.FromSeconds(2), cancel); // the other host hears of the policies by itself
        return path;
    }

    private static async Task LabelAsync(BenchLab lab, string workload, IReadOnlyList<string> addresses, CancellationToken cancel)
    {
        var list = JsonNode.Parse(await lab.ExecAsync(BenchLab.FirstHost, ["calicoctl", "get", "workloadendpoint", "-A", "-o", "json"], cancel));
        foreach (var endpoint in list?["items"]?.AsArray() ?? [])
        {
            if (endpoint?["spec"]?["ipNetworks"]?.AsArray().Any(network => addresses.Contains(network?.GetValue<string>().Split('/')[0])) != true)
                continue;

            var (name, ns) = (endpoint["metadata"]?["name"]?.GetValue<string>() ?? "", endpoint["metadata"]?["namespace"]?.GetValue<string>() ?? "");
            await lab.ExecAsync(BenchLab.FirstHost, ["calicoctl", "label", "workloadendpoint", name, $"bench={workload}", "-n", ns], cancel);
        }
    }

    /// <summary>Rules by port, by network and port, and by network, of both verdicts, none of which matches; then the one that allows.</summary>
    private static string Policies(string workload, int rules)
    {
        var yaml = new StringBuilder();
        for (var first = 0; first < rules; first += RulesAPolicy)
        {
            var last = Math.Min(first + RulesAPolicy, rules);
            yaml.Append(
                $"---\napiVersion: projectcalico.org/v3\nkind: GlobalNetworkPolicy\nmetadata: {{name: {workload}-{first:00000}}}\n"
                + $"spec:\n  order: {first}\n  selector: bench == '{workload}'\n  types: [Ingress, Egress]\n");
            foreach (var (direction, side) in new[] { ("ingress", "source"), ("egress", "destination") })
            {
                yaml.Append($"  {direction}:\n");
                for (var i = first; i < last; i++)
                    yaml.Append(i == rules - 1 ? "  - {action: Allow}\n" : Rule(i, side));
            }
        }

        return yaml.ToString();
    }

    private static string Rule(int i, string side)
    {
        var action = i % 5 == 0 ? "Deny" : "Allow";
        var net = $"\"172.{16 + (i / 65536)}.{i / 256 % 256}.{i % 256}/32\"";
        var port = 10_000 + i;
        return (i % 3, side) switch
        {
            (0, _) => $"  - {{action: {action}, protocol: TCP, destination: {{ports: [{port}]}}}}\n",
            (1, "source") => $"  - {{action: {action}, protocol: TCP, source: {{nets: [{net}]}}, destination: {{ports: [{port}]}}}}\n",
            (1, _) => $"  - {{action: {action}, protocol: TCP, destination: {{nets: [{net}], ports: [{port}]}}}}\n",
            _ => $"  - {{action: {action}, {side}: {{nets: [{net}]}}}}\n",
        };
    }
}
