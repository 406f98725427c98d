using Calico.Benchmarks.Agents;
using Calico.Benchmarks.Labs;
using Calico.Benchmarks.Report;

namespace Calico.Benchmarks.Figures;

/// <summary>How long a whole container takes, on our network and on Docker's bridge.</summary>
internal sealed class DockerRun : IFigure
{
    private const double Limit = 1.15;

    public string Name => "docker-run";
    public string What => "docker run --rm busybox true, --net=calnet1 against --net=bridge";

    public async Task<IReadOnlyList<Result>> MeasureAsync(Run run, CancellationToken cancel)
    {
        var lab = await run.Labs.DockerAsync(cancel);
        await using var agent = lab.StartAgent(BenchLab.FirstHost);
        run.Progress.Say("measuring docker run, on our network and on the bridge in turn");
        var times = await Interleaved.MeasureAsync(run.Rounds ?? 20, [TimeAsync(Containers.Network), TimeAsync("bridge")], cancel);
        var (ours, bridge) = (Medians.Of(times[0]), Medians.Of(times[1]));
        var (low, high) = Medians.Interval(Medians.Ratios(times[0], times[1]));
        var detail = $"medians {ours:0} / {bridge:0} ms, {times[0].Count} pairs";
        return [Result.AtMost(new Measure(Name, What, ours / bridge, $"{ours / bridge:0.000} ({low:0.00} to {high:0.00})", detail), Limit)];

        Func<CancellationToken, Task<double>> TimeAsync(string network) => async token =>
        {
            var timed = await agent.AskAsync<AgentAnswer.Timed>(new AgentRequest.Time(["docker", "run", "--rm", $"--net={network}", "busybox", "true"]), token);
            return timed.ExitStatus == 0 ? timed.Wall / 1e6 : throw new BenchException($"docker run --net={network}: exit status {timed.ExitStatus}: {timed.Said}");
        };
    }
}
