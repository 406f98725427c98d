using Calico.Benchmarks.Labs;
using Calico.Benchmarks.Report;

namespace Calico.Benchmarks.Figures;

/// <summary>The memory that one node holds while its host has a few containers.</summary>
internal sealed class NodeMemory : IFigure
{
    private const double Limit = 120;
    private const int Containers = 3;

    public string Name => "memory";
    public string What => "resident memory of one calico-node, MB";

    public async Task<IReadOnlyList<Result>> MeasureAsync(Run run, CancellationToken cancel)
    {
        var lab = await run.Labs.DockerAsync(cancel);
        List<double> nodes = [];
        foreach (var host in (string[])[BenchLab.FirstHost, BenchLab.SecondHost])
        {
            for (var count = 0; count < Containers; count++)
                await Labs.Containers.HoldAsync(lab, host, [$"--net={Labs.Containers.Network}"], cancel);

            nodes.Add(Resident(await lab.ExecAsync(host, ["sh", "-c", "cat /proc/$(pgrep -x -n calico-node)/status"], cancel)));
        }

        var detail = $"VmRSS of each of {nodes.Count}: {string.Join(", ", nodes.Select(node => $"{node:0.0}"))}; {Containers} containers or more";
        return [Result.Below(new Measure(Name, What, nodes.Max(), $"{nodes.Max():0.0}", detail), Limit)];
    }

    private static double Resident(string status) =>
        status.Split('\n').FirstOrDefault(line => line.StartsWith("VmRSS:", StringComparison.Ordinal)) is { } line
            ? double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)[1]) / 1024
            : throw new BenchException("no calico-node runs on the host");
}
