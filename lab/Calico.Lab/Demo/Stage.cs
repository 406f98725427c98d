using System.Net;
using Calico.Lab.Machines;
using Calico.Lab.Plan;
using Calico.Lab.State;
using Calico.Lab.Tools;

namespace Calico.Lab.Demo;

/// <summary>Where the walkthrough is played: types commands on machines of the lab, prints them and what they answer, and holds the answer against what it must show.</summary>
internal sealed class Stage(LabPlan plan, TextWriter audience, Progress progress)
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(20);

    private readonly LabFolder _folder = new(plan.Name);

    public LabPlan Plan => plan;
    public IReadOnlyList<Machine> Hosts { get; } = [.. plan.HostMachines];

    /// <summary>The step that is being played, for what goes wrong in it.</summary>
    public DemoStep? Step { get; private set; }

    /// <summary>The id that Docker gave the network on the host where it was made.</summary>
    public string NetworkId { get; set; } = "";

    /// <summary>The address of each host's container.</summary>
    public Dictionary<Machine, IPAddress> Containers { get; } = [];

    /// <summary>The block that each host's container has its address from.</summary>
    public Dictionary<Machine, IPNetwork> Blocks { get; } = [];

    /// <summary>Who reached whom.</summary>
    public List<Reach> Reached { get; } = [];

    /// <summary>The tutorial names each container after its host's address.</summary>
    public static string ContainerOf(Machine host) => $"{host.Address}";

    public void Begin(DemoStep step)
    {
        Step = step;
        audience.WriteLine($"=== {step.Number}. {step.Title}\n");
    }

    /// <summary>Types a command that must succeed and show all of this, and returns what it printed.</summary>
    public async Task<string> TypeAsync(Machine machine, string command, CancellationToken cancel, params IReadOnlyList<Expectation> expected)
    {
        Print(machine, command);
        var answer = await RunAsync(machine, command, cancel);
        await audience.WriteLineAsync($"{answer.Output.TrimEnd()}\n");
        Check(machine, command, answer, expected);
        return answer.Output;
    }

    /// <summary>Types a command again until it shows all of this, for what takes a moment to come about; prints the last answer only.</summary>
    public async Task<string> AwaitAsync(Machine machine, string command, CancellationToken cancel, params IReadOnlyList<Expectation> expected)
    {
        var answer = await RunAsync(machine, command, cancel);
        if (Missing(answer, expected) is { } missing)
        {
            progress.Say($"waiting on {machine.Name} for {missing.Words.Split(':')[0]}");
            await Waiting.UntilAsync(async token => Missing(answer = await RunAsync(machine, command, token), expected) is null, _patience, cancel);
        }

        Print(machine, command);
        await audience.WriteLineAsync($"{answer.Output.TrimEnd()}\n");
        Check(machine, command, answer, expected);
        return answer.Output;
    }

    private static Expectation? Missing(ToolResult answer, IEnumerable<Expectation> expected) => expected.FirstOrDefault(one => !one.Holds(answer.Output))
        ?? (answer.Succeeded ? null : new Expectation("exit status 0", _ => false));

    private void Check(Machine machine, string command, ToolResult answer, IEnumerable<Expectation> expected)
    {
        if (Missing(answer, expected) is { } missing)
        {
            throw new LabException($"""
                step {Step?.Number} of the walkthrough does not show what it must: {Step?.Title}
                  command   [{machine.Name}] # {Indented(command)}
                  expected  {Indented(missing.Words)}
                  got       {Indented($"{answer.Output.Trim()}\n(exit status {answer.ExitStatus})")}
                """);
        }
    }

    private static string Indented(string text) => text.Replace("\n", "\n            ", StringComparison.Ordinal);

    private void Print(Machine machine, string command) => audience.WriteLine($"[{machine.Name}] # {command}");

    /// <summary>Both streams in one, as a terminal shows them.</summary>
    private async Task<ToolResult> RunAsync(Machine machine, string command, CancellationToken cancel) =>
        await RunningMachine.Get(_folder, machine).RunAsync(["sh", "-c", $"exec 2>&1; {command}"], cancel);
}
