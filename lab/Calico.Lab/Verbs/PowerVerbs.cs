using System.CommandLine;
using Calico.Lab.Machines;
using Calico.Lab.Plan;
using Calico.Lab.Services;
using Calico.Lab.State;

namespace Calico.Lab.Verbs;

/// <summary><c>calico-lab kill|stop|start|restart HOST docker|node|etcd|all</c>, and <c>calico-lab boot HOST</c>.</summary>
internal static class PowerVerbs
{
    /// <summary>What to do with one daemon, and what with the whole machine.</summary>
    private sealed record Deed(
        Func<LabFolder, Machine, Daemon, CancellationToken, Task> ToDaemon,
        Func<MachinePower, LabFolder, Machine, CancellationToken, Task> ToMachine);

    private static readonly Deed _kill = new(
        (folder, machine, daemon, cancel) => daemon.KillAsync(RunningMachine.Get(folder, machine), cancel),
        (power, folder, machine, cancel) => power.KillAsync(folder, machine, cancel));

    private static readonly Deed _stop = new(
        (folder, machine, daemon, cancel) => daemon.StopAsync(RunningMachine.Get(folder, machine), cancel),
        (power, folder, machine, cancel) => power.StopAsync(folder, machine, cancel));

    private static readonly Deed _start = new(
        (folder, machine, daemon, cancel) => MachinePower.StartAsync(folder, machine, daemon, cancel),
        (power, folder, machine, cancel) => power.StartAsync(folder, machine, cancel));

    public static Command Kill() => Create("kill", "End a daemon as a crash would, or take a machine's power away (all)", _kill);

    public static Command Stop() => Create("stop", "Stop a daemon in good order, or shut a machine down (all)", _stop);

    public static Command Start() => Create("start", "Start a daemon, or switch a machine on (all)", _start);

    public static Command Restart() => Create("restart", "Stop and start a daemon or a machine (all)", _stop, _start);

    /// <summary>For a machine whose daemons are to be started by hand, or not all of them.</summary>
    public static Command Boot()
    {
        var machine = LabArguments.Machine();
        var verb = new Command("boot", "Switch a machine on that is off, and start nothing on it") { LabArguments.Name, machine };
        verb.SetAction((parsed, cancel) => OnAsync(parsed, machine, (folder, plan, target) => new MachinePower(plan).BootAsync(folder, target, cancel)));
        return verb;
    }

    private static Command Create(string name, string description, params Deed[] deeds)
    {
        var machine = LabArguments.Machine();
        var what = new Argument<string>("WHAT") { Description = "docker, node, etcd, bird, or all: the machine itself" };
        var verb = new Command(name, description) { LabArguments.Name, machine, what };
        verb.SetAction((parsed, cancel) => OnAsync(parsed, machine, async (folder, plan, target) =>
        {
            var word = parsed.GetRequiredValue(what);
            foreach (var deed in deeds)
            {
                await (word == "all"
                    ? deed.ToMachine(new MachinePower(plan), folder, target, cancel)
                    : deed.ToDaemon(folder, target, Roster.Get(plan, target, word), cancel));
            }
        }));
        return verb;
    }

    private static async Task OnAsync(ParseResult parsed, Argument<string> machine, Func<LabFolder, LabPlan, Machine, Task> act)
    {
        Requirements.CheckRoot();
        var folder = parsed.Folder();
        var plan = folder.ReadPlan();
        var target = plan.Machine(parsed.GetRequiredValue(machine));
        if (!target.Boots)
            throw new LabException($"{target.Name} has no power switch; use calico-lab cut to disturb the LAN");

        using var mine = folder.Lock();
        await act(folder, plan, target);
    }
}
