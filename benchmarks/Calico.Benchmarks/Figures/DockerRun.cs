using Calico.Benchmarks.Agents;
using Calico.Benchmarks.Labs;
using Calico.Benchmarks.Report;

namespace Calico.Benchmarks.Figures;

/// <summary>How long a whole container takes, on our network, on Docker's bridge, and on a bridge network that a user made.</summary>
/// <remarks>
/// On every network but its default bridge dockerd gives the container a resolver, and for that runs itself and iptables eleven times in the
/// container's namespace (before 23.0 the former costs most); no driver can ask it not to. The bridge network that a user made shows what of the time that is.
/// </remarks>
internal sealed class DockerRun : IFigure
{
    private const double Limit = 1.15;
    private const string UserBridge = "userbridge";

    public string Name => "docker-run";
    public string What => "docker run --rm busybox true, --net=calnet1 against --net=bridge";

    public async Task<IReadOnlyList<Result>> MeasureAsync(Run run, CancellationToken cancel)
    {
        List<Result> results = [.. await MeasureAsync(run, await run.Labs.DockerAsync(cancel), cancel)];
        foreach (var root in run.EngineRoots)
            results.AddRange(await MeasureAsync(run, await run.Labs.DockerAsync(root, cancel), cancel));
        return results;
    }

    private async Task<IReadOnlyList<Result>> MeasureAsync(Run run, BenchLab lab, CancellationToken cancel)
    {
        await using var agent = lab.StartAgent(BenchLab.FirstHost);
        var version = await lab.ExecAsync(BenchLab.FirstHost, ["docker", "version", "--format", "{{.Server.Version}}"], cancel);
        run.Progress.Say($"measuring docker run of engine {version}, on our network and on the bridge in turn");
        await lab.ExecAsync(BenchLab.FirstHost, ["docker", "network", "create", UserBridge], cancel);
        var times = await Interleaved.MeasureAsync(run.Rounds ?? 20, [TimeAsync(Containers.Network), TimeAsync("bridge"), TimeAsync(UserBridge)], cancel);
        return
        [
            Result.AtMost(Ratio($"Docker {version}: {What}", times[0], times[1]), Limit),
            Result.AtMost(Ratio($"Docker {version}: the same, --net={Containers.Network} against a bridge network made by a user", times[0], times[2]), Limit),
            Result.Told(Ratio($"Docker {version}: the same, a bridge network made by a user against --net=bridge", times[2], times[1])),
        ];

        Func<CancellationToken, Task<double>> TimeAsync(string network) => async token =>
        {
            var timed = await agent.AskAsync<AgentAnswer.Timed>(new AgentRequest.Time(["docker", "run", "--rm", $"--net={network}", "busybox", "true"]), token);
            return timed.ExitStatus == 0 ? timed.Wall / 1e6 : throw new BenchException($"docker run --net={network}: exit status {timed.ExitStatus}: {timed.Said}");
        };
    }

    private Measure Ratio(string what, IReadOnlyList<double> one, IReadOnlyList<double> other)
    {
        var ratio = Medians.Of(one) / Medians.Of(other);
        var (low, high) = Medians.Interval(Medians.Ratios(one, other));
        return new(Name, what, ratio, $"{ratio:0.000} ({low:0.00} to {high:0.00})", $"medians {Medians.Of(one):0} / {Medians.Of(other):0} ms, {one.Count} rounds");
    }
}
