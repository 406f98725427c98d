using System.Text.Json.Nodes;
using Calico.Benchmarks.Labs;
using Calico.Benchmarks.Report;

namespace Calico.Benchmarks.Figures;

/// <summary>Workloads across two hosts under one allow rule, and under so many rules of all kinds of which only the last allows what is sent; and without policy.</summary>
internal sealed class PolicyRules : IFigure
{
    private const int SliceMilliseconds = 60;
    private const double Floor = 0.97, ConnectionFloor = 0.9;

    /// <summary>The first is what the others are held against; the second, the same again, shows the noise.</summary>
    private static readonly RuleMix[] _mixes =
    [
        RuleMix.InTurn(1), RuleMix.InTurn(1), RuleMix.InTurn(100), RuleMix.InTurn(1000), RuleMix.InTurn(10_000), RuleMix.OfAllKinds(1000),
    ];

    public string Name => "rules";
    public string What => "traffic under 1 to 10,000 policy rules against one";

    public async Task<IReadOnlyList<Result>> MeasureAsync(Run run, CancellationToken cancel)
    {
        var (lab, hand) = (await run.Labs.NamespacesAsync(cancel), await run.Labs.HandAsync(cancel));
        List<TrafficPath> paths = [];
        try
        {
            foreach (var (index, mix) in _mixes.Index())
            {
                run.Progress.Say($"two workloads under {mix.Name}");
                paths.Add(await OpenAsync(lab, $"rules{index}", mix, cancel));
            }

            paths.Add(await OpenHandAsync(hand, number: 9, cancel));
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
            var rates = costs.Select(each => each.Select(cost => cost.Rate).ToList()).ToList();
            for (var i = 1; i < _mixes.Length; i++)
            {
                var ratio = Ratio($"{what}, {_mixes[i].Name} against 1", rates[i], rates[0]);
                results.Add(i == 1 ? Result.Told(ratio) : Result.AtLeast(ratio, floor));
            }

            var alone = Ratio($"{what}, one allow rule against connection tracking alone", rates[0], rates[^1]);
            results.Add(floor == Floor ? Result.AtLeast(alone, Floor) : Result.Told(alone));
        }

        return results;
    }

    private Measure Ratio(string what, List<double> over, List<double> under) =>
        Report.Measure.Ratio(Name, what, Medians.Ratios(over, under), $"medians {Medians.Of(over):0.00} / {Medians.Of(under):0.00} a second, {over.Count} rounds");

    private static async Task<TrafficPath> OpenAsync(BenchLab lab, string workload, RuleMix mix, CancellationToken cancel)
    {
        string[] enter = ["ip", "netns", "exec", workload];
        var client = await lab.RunWorkloadAsync(BenchLab.FirstHost, workload, cancel);
        var server = await lab.RunWorkloadAsync(BenchLab.SecondHost, workload, cancel);
        await LabelAsync(lab, workload, [client, server], cancel);
        await lab.ExecAsync(BenchLab.FirstHost, ["calicoctl", "apply", "-f", "-"], cancel, mix.Policies(workload));
        var path = await TrafficPath.OpenAsync(mix.Name, (lab.StartAgent(BenchLab.FirstHost, enter), lab.StartAgent(BenchLab.SecondHost, enter)), server, cancel);
        foreach (var host in (string[])[BenchLab.FirstHost, BenchLab.SecondHost])
            await AwaitRuleAsync(lab, host, mix.LastRule(workload), cancel);
        return path;
    }

    /// <summary>All rules take effect at once: the last is there when all are.</summary>
    private static Task<string> AwaitRuleAsync(BenchLab lab, string host, string rule, CancellationToken cancel) => lab.ExecAsync(
        host, ["sh", "-c", $"for try in $(seq 60); do nft list table inet calico | grep -qF '{rule}' && exit; sleep 0.5; done; echo 'no {rule} in the kernel'; exit 1"], cancel);

    /// <summary>The same without our node: what is forwarded is tracked, and that is all.</summary>
    private static async Task<TrafficPath> OpenHandAsync(HandRoutes hand, int number, CancellationToken cancel)
    {
        string[] enter = ["ip", "netns", "exec", $"w{number}"];
        await hand.AddAsync(BenchLab.FirstHost, number, cancel);
        await hand.AddAsync(BenchLab.SecondHost, number, cancel);
        var agents = (hand.Lab.StartAgent(BenchLab.FirstHost, enter), hand.Lab.StartAgent(BenchLab.SecondHost, enter));
        return await TrafficPath.OpenAsync("connection tracking alone", agents, HandRoutes.AddressOf(BenchLab.SecondHost, number), cancel);
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
}
