using Calico.Benchmarks.Agents;
using Calico.Benchmarks.Labs;
using Calico.Benchmarks.Report;

namespace Calico.Benchmarks.Figures;

/// <summary>How long a container's name takes to be answered as a process in another container sees it, beside Docker's own resolver on a bridge network made by a user.</summary>
/// <remarks>
/// What a process asks is Docker's resolver at 127.0.0.11, which knows the containers of its own engine; all else it asks of the servers that the container was
/// given, and those questions are ours. A process may also ask such a server itself.
/// </remarks>
internal sealed class NamesSeen : IFigure
{
    private const string Resolver = "127.0.0.11", Bridge = "bench-names", Far = "bench-names-far", Near = "bench-names-near";
    private const int Questions = 200;
    private const double LimitMilliseconds = 1;

    public string Name => "names-seen";
    public string What => "a name's answer as a process in a container sees it";

    public async Task<IReadOnlyList<Result>> MeasureAsync(Run run, CancellationToken cancel)
    {
        var lab = await run.Labs.DockerAsync(cancel);
        await lab.ExecAsync(BenchLab.FirstHost, ["docker", "network", "create", Bridge], cancel);
        await Containers.HoldAsync(lab, BenchLab.SecondHost, [$"--net={Containers.Network}", "--name", Far], cancel);
        await Containers.HoldAsync(lab, BenchLab.FirstHost, [$"--net={Bridge}", "--name", Near], cancel);
        await using var ours = lab.StartAgent(BenchLab.FirstHost, await Containers.HoldAsync(lab, BenchLab.FirstHost, [$"--net={Containers.Network}"], cancel));
        await using var bridge = lab.StartAgent(BenchLab.FirstHost, await Containers.HoldAsync(lab, BenchLab.FirstHost, [$"--net={Bridge}"], cancel));
        await Task.Delay(TimeSpan.FromSeconds(2), TimeProvider.System, cancel); // a name is known everywhere within a second

        run.Progress.Say("asking for names from within containers, ours and Docker's own in turn");
        var times = await Interleaved.MeasureAsync(
            run.Rounds ?? 20, [Asking(ours, BenchLab.SecondAddress, Far), Asking(ours, Resolver, Far), Asking(bridge, Resolver, Near)], cancel);
        var (straight, through, docker) = (All(times[0]), All(times[1]), All(times[2]));
        return
        [
            Result.Below(Median("a container of another host, asked of its name server", straight), LimitMilliseconds),
            Result.Below(Median("a container of another host, asked of Docker's resolver", through), LimitMilliseconds),
            Result.Told(Median("a container of the same host on a bridge network made by a user, asked of Docker's resolver", docker)),
            Result.Told(Measure.Ratio(Name, "ours asked of the name server against Docker's own", Medians.Ratios(Rounds(times[0]), Rounds(times[2])), "medians of each round")),
            Result.Told(Measure.Ratio(Name, "ours asked of Docker's resolver against Docker's own", Medians.Ratios(Rounds(times[1]), Rounds(times[2])), "medians of each round")),
        ];
    }

    private static Func<CancellationToken, Task<IReadOnlyList<double>>> Asking(Agent agent, string server, string name) => async cancel =>
        (await agent.AskAsync<AgentAnswer.Answered>(new AgentRequest.AskName(server, name, Questions), cancel)).Milliseconds;

    private static List<double> All(IReadOnlyList<IReadOnlyList<double>> rounds) => [.. rounds.SelectMany(round => round)];

    private static List<double> Rounds(IReadOnlyList<IReadOnlyList<double>> rounds) => [.. rounds.Select(Medians.Of)];

    private Measure Median(string what, List<double> times) =>
        new(Name, $"{what}, median, ms", Medians.Of(times), $"{Medians.Of(times):0.000}", $"99th percentile {Medians.Percentile(times, 99):0.000}; {times.Count} questions");
}
