using Calico.Benchmarks.Labs;
using Calico.Benchmarks.Report;

namespace Calico.Benchmarks.Figures;

/// <summary>Workload to workload across two hosts: ours against the same namespaces routed by hand, connections tracked in both; and hand against hand, which shows the noise.</summary>
internal sealed class RoutedByHand : IFigure
{
    private const int Ours = 0, Hand = 1, HandAgain = 2;
    private const double Floor = 0.97;

    public string Name => "routed";
    public string What => "request/response and stream, ours against routed by hand";

    public async Task<IReadOnlyList<Result>> MeasureAsync(Run run, CancellationToken cancel)
    {
        var hand = await run.Labs.HandAsync(cancel);
        var ours = await run.Labs.NamespacesAsync(cancel);
        await using var first = await OpenOursAsync(ours, cancel);
        await using var second = await OpenHandAsync(hand, "hand", number: 1, cancel);
        await using var third = await OpenHandAsync(hand, "hand again", number: 2, cancel);
        run.Progress.Say("measuring traffic, ours and routed by hand in turn");
        var comparison = await Comparison.MeasureAsync(Name, run.Rounds ?? 150, [first, second, third], cancel);
        return
        [
            Result.AtLeast(comparison.PingPongCpu(Ours, Hand), Floor),
            Result.AtLeast(comparison.Throughput(Ours, Hand), Floor),
            Result.AtLeast(comparison.StreamCpu(Ours, Hand), Floor),
            Result.Told(comparison.PingPongCpu(HandAgain, Hand)),
            Result.Told(comparison.Throughput(HandAgain, Hand)),
            Result.Told(comparison.StreamCpu(HandAgain, Hand)),
        ];
    }

    private static async Task<TrafficPath> OpenOursAsync(BenchLab lab, CancellationToken cancel)
    {
        await lab.RunWorkloadAsync(BenchLab.FirstHost, "bench", cancel);
        var address = await lab.RunWorkloadAsync(BenchLab.SecondHost, "bench", cancel);
        return await OpenAsync("ours", lab, "bench", address, cancel);
    }

    private static async Task<TrafficPath> OpenHandAsync(HandRoutes hand, string name, int number, CancellationToken cancel)
    {
        await hand.AddAsync(BenchLab.FirstHost, number, cancel);
        await hand.AddAsync(BenchLab.SecondHost, number, cancel);
        return await OpenAsync(name, hand.Lab, $"w{number}", HandRoutes.AddressOf(BenchLab.SecondHost, number), cancel);
    }

    private static Task<TrafficPath> OpenAsync(string name, BenchLab lab, string workload, string address, CancellationToken cancel)
    {
        string[] enter = ["ip", "netns", "exec", workload];
        return TrafficPath.OpenAsync(name, (lab.StartAgent(BenchLab.FirstHost, enter), lab.StartAgent(BenchLab.SecondHost, enter)), address, cancel);
    }
}
