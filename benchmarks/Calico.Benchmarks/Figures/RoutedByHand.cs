using Calico.Benchmarks.Labs;
using Calico.Benchmarks.Report;

namespace Calico.Benchmarks.Figures;

/// <summary>Workload to workload across two hosts: ours against the same namespaces routed by hand, connections tracked in both; and hand against hand, which shows the noise.</summary>
/// <remarks>
/// Like is compared with like: a pool without <c>natOutgoing</c> against hand, the default pool against hand with a masquerade of its own.
/// A masquerade costs every packet of the host two more hooks, whoever sets it up; what it costs by hand is told too.
/// </remarks>
internal sealed class RoutedByHand : IFigure
{
    private const int Ours = 0, Hand = 1, HandAgain = 2, OursWithNat = 3, HandWithNat = 4;
    private const double Floor = 0.97;

    public string Name => "routed";
    public string What => "request/response and stream, ours against routed by hand";

    public async Task<IReadOnlyList<Result>> MeasureAsync(Run run, CancellationToken cancel)
    {
        var (hand, handWithNat) = (await run.Labs.HandAsync(cancel), await run.Labs.HandWithNatAsync(cancel));
        var (ours, oursWithNat) = (await run.Labs.NamespacesAsync(cancel), await run.Labs.NamespacesWithNatAsync(cancel));
        await using var first = await OpenOursAsync("ours", ours, cancel);
        await using var second = await OpenHandAsync("hand", hand, number: 1, cancel);
        await using var third = await OpenHandAsync("hand again", hand, number: 2, cancel);
        await using var fourth = await OpenOursAsync("ours with natOutgoing", oursWithNat, cancel);
        await using var fifth = await OpenHandAsync("hand with masquerade", handWithNat, number: 1, cancel);
        run.Progress.Say("measuring traffic, ours and routed by hand in turn");
        var comparison = await Comparison.MeasureAsync(Name, run.Rounds ?? 150, [first, second, third, fourth, fifth], cancel);
        return
        [
            .. All(comparison, Ours, Hand).Select(measure => Result.AtLeast(measure, Floor)),
            .. All(comparison, OursWithNat, HandWithNat).Select(measure => Result.AtLeast(measure, Floor)),
            .. All(comparison, OursWithNat, Hand).Select(Result.Told),
            .. All(comparison, HandWithNat, Hand).Select(Result.Told),
            .. All(comparison, HandAgain, Hand).Select(Result.Told),
        ];
    }

    private static Measure[] All(Comparison comparison, int one, int other) =>
        [comparison.PingPongCpu(one, other), comparison.Throughput(one, other), comparison.StreamCpu(one, other)];

    private static async Task<TrafficPath> OpenOursAsync(string name, BenchLab lab, CancellationToken cancel)
    {
        await lab.RunWorkloadAsync(BenchLab.FirstHost, "bench", cancel);
        var address = await lab.RunWorkloadAsync(BenchLab.SecondHost, "bench", cancel);
        return await OpenAsync(name, lab, "bench", address, cancel);
    }

    private static async Task<TrafficPath> OpenHandAsync(string name, HandRoutes hand, int number, CancellationToken cancel)
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
