using Calico.Benchmarks.Agents;
using Calico.Benchmarks.Labs;
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
        await using var ours = await OpenOursAsync(lab, cancel);
        await using var bridge = await OpenBridgeAsync(lab, cancel);
        run.Progress.Say("measuring traffic, ours and Docker's bridge in turn");
        var comparison = await Comparison.MeasureAsync(Name, run.Rounds ?? 100, [ours, bridge], cancel);
        return
        [
            Result.Above(comparison.PingPongCpu(Ours, Bridge), 1),
            Result.Above(comparison.Throughput(Ours, Bridge), 1),
            Result.Above(comparison.StreamCpu(Ours, Bridge), 1),
        ];
    }

    private static async Task<TrafficPath> OpenOursAsync(BenchLab lab, CancellationToken cancel)
    {
        var client = await Containers.HoldAsync(lab, BenchLab.FirstHost, [$"--net={Containers.Network}"], cancel);
        var server = await Containers.HoldAsync(lab, BenchLab.SecondHost, [$"--net={Containers.Network}", "--name", "bench-server"], cancel);
        var address = await Containers.AddressOfAsync(lab, BenchLab.SecondHost, "bench-server", cancel);
        return await TrafficPath.OpenAsync("ours", Agents(lab, client, server), address, cancel);
    }

    private static async Task<TrafficPath> OpenBridgeAsync(BenchLab lab, CancellationToken cancel)
    {
        var client = await Containers.HoldAsync(lab, BenchLab.FirstHost, ["--net=bridge"], cancel);
        var server = await Containers.HoldAsync(lab, BenchLab.SecondHost, ["--net=bridge", "-p", $"{TrafficPath.Port}:{TrafficPath.Port}"], cancel);
        return await TrafficPath.OpenAsync("Docker's bridge", Agents(lab, client, server), BenchLab.SecondAddress, cancel);
    }

    private static (Agent Client, Agent Server) Agents(BenchLab lab, IReadOnlyList<string> client, IReadOnlyList<string> server) =>
        (lab.StartAgent(BenchLab.FirstHost, client), lab.StartAgent(BenchLab.SecondHost, server));
}
