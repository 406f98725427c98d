using Calico.Benchmarks.Report;

namespace Calico.Benchmarks.Figures;

/// <summary>Container to container across two Docker hosts: ours against swarm's overlay, bridges with a published port, and macvlan, on the same hosts and engines.</summary>
internal sealed class DockerNetworks : IFigure
{
    private const int Ours = 0, Overlay = 1, Bridge = 2, Macvlan = 3;

    public string Name => "networks";
    public string What => "request/response and stream, ours against swarm's overlay, bridge with a published port, and macvlan";

    public async Task<IReadOnlyList<Result>> MeasureAsync(Run run, CancellationToken cancel)
    {
        var lab = await run.Labs.DockerAsync(cancel);
        await using var ours = await DockerPaths.OursAsync(lab, cancel);
        await using var bridge = await DockerPaths.BridgeAsync(lab, cancel);
        await using var macvlan = await DockerPaths.MacvlanAsync(lab, cancel);
        await using var overlay = await DockerPaths.OverlayAsync(lab, cancel);
        run.Progress.Say("measuring traffic, ours, swarm's overlay, bridge and macvlan in turn");
        var comparison = await Comparison.MeasureAsync(Name, run.Rounds ?? 100, [ours, overlay, bridge, macvlan], cancel);
        return
        [
            Result.AtLeast(comparison.PingPongCpu(Ours, Overlay), 1.5),
            Result.AtLeast(comparison.Throughput(Ours, Overlay), 1.5),
            Result.AtLeast(comparison.StreamCpu(Ours, Overlay), 1.5),
            Result.AtLeast(comparison.PingPongCpu(Ours, Bridge), 0.97),
            Result.AtLeast(comparison.Throughput(Ours, Bridge), 0.97),
            Result.AtLeast(comparison.StreamCpu(Ours, Bridge), 0.97),
            Result.AtLeast(comparison.PingPongCpu(Ours, Macvlan), 0.97),
            Result.AtLeast(comparison.Throughput(Ours, Macvlan), 0.97),
            Result.AtLeast(comparison.StreamCpu(Ours, Macvlan), 0.97),
        ];
    }
}
