using System.CommandLine;
using System.Text.Json;
using Calico.Benchmarks;
using Calico.Benchmarks.Agents;
using Calico.Benchmarks.Bgp;
using Calico.Benchmarks.Figures;
using Calico.Lab;

string[] names = [.. BenchRun.Figures.Select(figure => figure.Name)];
var only = new Option<string[]>("--only") { Description = "Measure only these figures", AllowMultipleArgumentsPerToken = true };
var without = new Option<string[]>("--without") { Description = "Leave these figures out", AllowMultipleArgumentsPerToken = true };
only.AcceptOnlyFromAmong(names);
without.AcceptOnlyFromAmong(names);
var rounds = new Option<int?>("--rounds") { Description = "How often each is measured, instead of its own number" };
rounds.Validators.Add(result =>
{
    if (result.GetValueOrDefault<int?>() < 1)
        result.AddError("--rounds is 1 or more");
});
var minutes = new Option<int?>("--minutes") { Description = "How long the checker of the store runs on each kind, instead of 1" };
minutes.Validators.Add(result =>
{
    if (result.GetValueOrDefault<int?>() < 1)
        result.AddError("--minutes is 1 or more");
});
var engineRoots = new Option<string[]>("--engine-root") { Description = "Measure docker-run also with the engine of this root file system: ./dev engine makes them" };
var write = new Option<string?>("--write") { Description = "Fill the results into this page: docs/benchmarks.md" };
var agent = new Command("agent", "What a benchmark runs inside the namespaces of hosts and workloads") { Hidden = true };
agent.SetAction((_, _) => AgentLoop.RunAsync());
var load = new Command("bgp-load", "Plays the peers of a BGP router inside its namespace: a plan on stdin, the result on stdout") { Hidden = true };
load.SetAction(async (_, cancel) =>
{
    // What is heard is timed on the thread that the socket wakes: no other has to wake first.
    Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1");
    var plan = JsonSerializer.Deserialize(await Console.In.ReadToEndAsync(cancel), LoadJson.Default.LoadPlan) ?? throw new BenchException("no plan");
    Console.WriteLine(JsonSerializer.Serialize(await LoadRun.RunAsync(plan), LoadJson.Default.LoadResult));
});

var cold = new Command(PolicyWorld.ColdCommand, "Computes the policy of a large cluster once: seconds and megabytes on stdout") { Hidden = true };
cold.SetAction(_ => Console.WriteLine(PolicyWorld.ComputeCold()));

var follow = new Command(WatchScale.FollowCommand, "Follows a store of many endpoints: what that took and how soon changes come, on stdout") { Hidden = true };
var store = new Argument<string>("STORE");
follow.Add(store);
follow.SetAction((parsed, cancel) => WatchScale.FollowAsync(parsed.GetRequiredValue(store), cancel));

var root = new RootCommand($"Measures the figures of docs/benchmarks.md on labs of its own: {string.Join(", ", names)}") { only, without, rounds, minutes, engineRoots, write, agent, load, cold, follow };
root.SetAction((parsed, cancel) => new BenchRun(new BenchOptions
{
    Only = parsed.GetValue(only) ?? [],
    Without = parsed.GetValue(without) ?? [],
    Rounds = parsed.GetValue(rounds),
    Minutes = parsed.GetValue(minutes),
    EngineRoots = parsed.GetValue(engineRoots) ?? [],
    Write = parsed.GetValue(write),
}).RunAsync(cancel));

try
{
    // An interrupted run needs time to remove its labs.
    return await root.Parse(args).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = TimeSpan.FromMinutes(2) });
}
catch (Exception e) when (e is BenchException or LabException)
{
    await Console.Error.WriteLineAsync($"calico-bench: {e.Message}");
    return 1;
}
catch (OperationCanceledException)
{
    return 130;
}
