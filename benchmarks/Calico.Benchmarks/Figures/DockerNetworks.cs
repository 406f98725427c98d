using Calico.Benchmarks.Labs;
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
        IReadOnlyList<TrafficPath> paths = [ours, overlay, bridge, macvlan];
        run.Progress.Say("measuring traffic, ours, swarm's overlay, bridge and macvlan in turn");
        var whole = await Comparison.MeasureAsync(Name, run.Rounds ?? 100, paths, cancel);
        run.Progress.Say("the same with packets of the MTU's size between the hosts");
        await using var wire = await SplittingWire.MakeAsync(lab, cancel);
        var split = await Comparison.MeasureAsync(Name, run.Rounds ?? 100, paths, cancel, where: ", packets split on the wire");
        return [.. Judge(whole), .. Judge(split)];
    }

    private static IEnumerable<Result> Judge(Comparison comparison)
    {
        foreach (var (other, floor) in new[] { (Overlay, 1.5), (Bridge, 0.97), (Macvlan, 0.97) })
        {
            yield return Result.AtLeast(comparison.PingPongCpu(Ours, other), floor);
            yield return Result.AtLeast(comparison.Throughput(Ours, other), floor);
            yield return Result.AtLeast(comparison.StreamCpu(Ours, other), floor);
        }

        // Nothing is between macvlan's packets and the wire: no network can be further ahead of the overlay than this.
        yield return Result.Told(comparison.PingPongCpu(Macvlan, Overlay));
        yield return Result.Told(comparison.Throughput(Macvlan, Overlay));
        yield return Result.Told(comparison.StreamCpu(Macvlan, Overlay));
    }
}
