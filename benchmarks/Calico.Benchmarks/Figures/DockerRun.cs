using Calico.Benchmarks.Agents;
using Calico.Benchmarks.Agents.Drivers;
using Calico.Benchmarks.Labs;
using Calico.Benchmarks.Report;

namespace Calico.Benchmarks.Figures;

/// <summary>How long a whole container takes, on our network, on Docker's bridge, on a bridge network that a user made, and on two that show what any driver costs; one alone, and fifty at once.</summary>
/// <remarks>
/// On every network but its default bridge dockerd gives the container a resolver, and for that runs iptables ten times in the container's namespace
/// (before 23.0 itself once more, which costs most); no driver can ask it not to. The bridge network that a user made shows what of the time that is, the network whose links were made beforehand the least that
/// any driver can come to that connects containers, and the one whose driver makes nothing the least of all.
/// </remarks>
internal sealed class DockerRun : IFigure
{
    /// <summary>Of the median of one alone, of the slowest one in a hundred, and of fifty at once.</summary>
    private static readonly double[] _limits = [1.0, 1.2, 1.1];

    private const int Together = 50;

    /// <summary>How often so many are started at once, on each network in turn.</summary>
    private const int TogetherRounds = 5;

    private const string UserBridge = "userbridge", Empty = "emptynet", Ready = "readynet";

    /// <summary>Ends when all have, and fails if one of them does.</summary>
    private const string AtOnce = """
        runs=
        for run in $(seq $2); do docker run --rm --net=$1 busybox true & runs="$runs $!"; done
        for run in $runs; do wait $run || exit 1; done
        """;

    private static readonly string[] _networks = [Containers.Network, "bridge", UserBridge, Ready, Empty];

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
        run.Progress.Say($"measuring docker run of engine {version}, on our network and on the bridges in turn");
        await lab.ExecAsync(BenchLab.FirstHost, ["docker", "network", "create", UserBridge], cancel);
        await agent.AskAsync<AgentAnswer.Serving>(new AgentRequest.ServeDrivers(), cancel);
        foreach (var (driver, network) in new[] { (ReadyDriver.Name, Ready), (EmptyDriver.Name, Empty) })
            await lab.ExecAsync(BenchLab.FirstHost, ["docker", "network", "create", "--driver", driver, "--ipam-driver", "null", network], cancel);
        var alone = await Interleaved.MeasureAsync(run.Rounds ?? 40, [.. _networks.Select(network => Timed(["docker", "run", "--rm", $"--net={network}", "busybox", "true"]))], cancel);
        run.Progress.Say($"{Together} of them at once");
        var together = await Interleaved.MeasureAsync(
            Math.Min(run.Rounds ?? TogetherRounds, TogetherRounds), [.. _networks.Select(network => Timed(["sh", "-c", AtOnce, "sh", network, $"{Together}"]))], cancel);
        List<Times> times = [.. alone.Zip(together, (one, all) => new Times(one, all))];

        var (ours, bridge, userBridge, ready, empty) = (times[0], times[1], times[2], times[3], times[4]);
        return
        [
            .. Compare($"Docker {version}: {What}", ours, bridge).Zip(_limits, Result.AtMost),
            .. Compare($"Docker {version}: the same, --net={Containers.Network} against a bridge network made by a user", ours, userBridge).Zip(_limits, Result.AtMost),
            .. Compare($"Docker {version}: the same, a bridge network made by a user against --net=bridge", userBridge, bridge).Select(Result.Told),
            .. Compare($"Docker {version}: the bound of any driver that connects containers, one whose links were made beforehand against --net=bridge", ready, bridge).Select(Result.Told),
            .. Compare($"Docker {version}: the bound of any driver, one that makes nothing against --net=bridge", empty, bridge).Select(Result.Told),
        ];

        Func<CancellationToken, Task<double>> Timed(IReadOnlyList<string> command) => async token =>
        {
            var timed = await agent.AskAsync<AgentAnswer.Timed>(new AgentRequest.Time(command), token);
            return timed.ExitStatus == 0 ? timed.Wall / 1e6 : throw new BenchException($"{string.Join(' ', command)}: exit status {timed.ExitStatus}: {timed.Said}");
        };
    }

    private IEnumerable<Measure> Compare(string what, Times one, Times other)
    {
        var (low, high) = Medians.Interval(Medians.Ratios(one.Alone, other.Alone));
        var (median, otherMedian) = (Medians.Of(one.Alone), Medians.Of(other.Alone));
        yield return new(Name, what, median / otherMedian, $"{median / otherMedian:0.000} ({low:0.00} to {high:0.00})", $"medians {median:0} / {otherMedian:0} ms, {one.Alone.Count} rounds");

        var (slow, otherSlow) = (Medians.Percentile(one.Alone, 99), Medians.Percentile(other.Alone, 99));
        var which = one.Alone.Count < 100 ? "the slowest" : "99th percentiles";
        yield return new(Name, $"{what}, 99th percentile", slow / otherSlow, $"{slow / otherSlow:0.000}", $"{which} {slow:0} / {otherSlow:0} ms of {one.Alone.Count}");

        var (all, otherAll) = (Medians.Of(one.Together), Medians.Of(other.Together));
        yield return new(Name, $"{what}, {Together} at once", all / otherAll, $"{all / otherAll:0.000}", $"medians {all / 1e3:0.0} / {otherAll / 1e3:0.0} s, {one.Together.Count} rounds");
    }

    /// <param name="Alone">Milliseconds of each run.</param>
    /// <param name="Together">Milliseconds until the last of all of them has ended, of each round.</param>
    private sealed record Times(IReadOnlyList<double> Alone, IReadOnlyList<double> Together);
}
