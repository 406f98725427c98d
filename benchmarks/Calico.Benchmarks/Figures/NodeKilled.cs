using System.Globalization;
using Calico.Benchmarks.Agents;
using Calico.Benchmarks.Labs;
using Calico.Benchmarks.Report;

namespace Calico.Benchmarks.Figures;

/// <summary>What is lost between containers of two hosts while the node of the other host is killed without warning and started again.</summary>
internal sealed class NodeKilled : IFigure
{
    private const int Count = 1000;
    private const int IntervalMilliseconds = 10;
    private const string Target = "bench-target";

    public string Name => "node-killed";
    public string What => "pings lost of 1000 at 10 ms while the other host's node is killed and started";

    public async Task<IReadOnlyList<Result>> MeasureAsync(Run run, CancellationToken cancel)
    {
        var lab = await run.Labs.DockerAsync(cancel);
        var enter = await Containers.HoldAsync(lab, BenchLab.FirstHost, [$"--net={Containers.Network}"], cancel);
        await Containers.HoldAsync(lab, BenchLab.SecondHost, [$"--net={Containers.Network}", "--name", Target], cancel);
        var address = await Containers.AddressOfAsync(lab, BenchLab.SecondHost, Target, cancel);
        await using var pinger = lab.StartAgent(BenchLab.FirstHost, enter);
        await pinger.AskAsync<AgentAnswer.Replied>(new AgentRequest.AwaitReply(address, 30_000), cancel);

        run.Progress.Say($"pinging {Count} times while the node of {BenchLab.SecondHost} is killed and started");
        var pinging = pinger.AskAsync<AgentAnswer.Pinged>(new AgentRequest.Ping(address, Count, IntervalMilliseconds), cancel);
        await Task.Delay(TimeSpan.FromSeconds(2), cancel);
        await lab.PowerAsync("kill", BenchLab.SecondHost, "node", cancel);
        await Task.Delay(TimeSpan.FromSeconds(1), cancel);
        await lab.PowerAsync("start", BenchLab.SecondHost, "node", cancel);
        var startedInTime = !pinging.IsCompleted;
        var pinged = await pinging;
        if (!startedInTime)
            throw new BenchException("the pings were over before the node was up again: nothing can be said of its start");

        var detail = pinged.Lost.Count == 0 ? $"{pinged.Sent} sent" : $"{pinged.Sent} sent; lost {string.Join(", ", pinged.Lost.Take(10))}{(pinged.Lost.Count > 10 ? "…" : "")}";
        return [Result.AtMost(new Measure(Name, What, pinged.Lost.Count, pinged.Lost.Count.ToString(CultureInfo.InvariantCulture), detail), 0)];
    }
}
