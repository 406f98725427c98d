using Calico.Benchmarks.Agents;
using Calico.Benchmarks.Labs;
using Calico.Benchmarks.Report;

namespace Calico.Benchmarks.Figures;

/// <summary>How soon a new container can be reached from a container of another host, counted from the moment that <c>docker run -d</c> returns.</summary>
internal sealed class FirstPing : IFigure
{
    private const int LimitMilliseconds = 1000;
    private const int GiveUpMilliseconds = 30_000;

    public string Name => "first-ping";
    public string What => "from docker run -d returning to the first ping from another host";

    public async Task<IReadOnlyList<Result>> MeasureAsync(Run run, CancellationToken cancel)
    {
        var lab = await run.Labs.DockerAsync(cancel);
        var enter = await Containers.HoldAsync(lab, BenchLab.SecondHost, [$"--net={Containers.Network}"], cancel);
        await using var starter = lab.StartAgent(BenchLab.FirstHost);
        await using var pinger = lab.StartAgent(BenchLab.SecondHost, enter);
        run.Progress.Say("measuring the time to the first ping");
        List<double> times = [];
        for (var round = 0; round < (run.Rounds ?? 10); round++)
            times.Add(await OnceAsync(starter, pinger, cancel));

        var median = Medians.Of(times);
        var detail = $"{times.Count} containers: {times.Min():0} to {times.Max():0} ms";
        return [Result.AtMost(new Measure(Name, $"{What}, ms", median, $"{median:0.0}", detail), LimitMilliseconds)];
    }

    private static async Task<double> OnceAsync(Agent starter, Agent pinger, CancellationToken cancel)
    {
        var started = await starter.AskAsync<AgentAnswer.ContainerStarted>(
            new AgentRequest.StartContainer(["docker", "run", "-d", $"--net={Containers.Network}", "busybox", "sleep", "1000000"], Containers.Network), cancel);
        var replied = await pinger.AskAsync<AgentAnswer.Replied>(new AgentRequest.AwaitReply(started.Address, GiveUpMilliseconds), cancel);
        await starter.AskAsync<AgentAnswer.Timed>(new AgentRequest.Time(["docker", "rm", "-f", started.Id]), cancel);
        return (replied.At - started.Returned) / 1e6;
    }
}
