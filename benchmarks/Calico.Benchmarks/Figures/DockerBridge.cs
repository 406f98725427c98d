using Calico.Benchmarks.Report;

namespace Calico.Benchmarks.Figures;

/// <summary>Container to container across two Docker hosts: ours against the bridge with a published port, on the same hosts and engines.</summary>
internal sealed class DockerBridge : IFigure
{
    private const int Ours = 0, Bridge = 1;

    public string Name => "bridge";
    public string What => "request/response and stream, ours against Docker's bridge with a published port";

    public async Task<IReadOnlyList<Result>> MeasureAsync(Run run, CancellationToken cancel)
    {
        var lab = await run.Labs.DockerAsync(cancel);
        await using var ours = await DockerPaths.OursAsync(lab, cancel);
        await using var bridge = await DockerPaths.BridgeAsync(lab, cancel);
        run.Progress.Say("measuring traffic, ours and Docker's bridge in turn");
        var comparison = await Comparison.MeasureAsync(Name, run.Rounds ?? 100, [ours, bridge], cancel);
        return
        [
            Result.Above(comparison.PingPongCpu(Ours, Bridge), 1),
            Result.Above(comparison.Throughput(Ours, Bridge), 1),
            Result.Above(comparison.StreamCpu(Ours, Bridge), 1),
        ];
    }
}
