using System.CommandLine;
using Calico.Lab.Machines;
using Calico.Lab.Networks;
using Calico.Lab.Plan;
using Calico.Lab.Services;
using Calico.Lab.State;

namespace Calico.Lab.Verbs;

/// <summary><c>calico-lab status</c>: which machines and daemons run, and what is cut.</summary>
internal static class StatusVerb
{
    public static Command Create()
    {
        var verb = new Command("status", "Show what runs in a lab, and what is cut") { LabArguments.Name };
        verb.SetAction(async (parsed, cancel) =>
        {
            Requirements.CheckRoot();
            var folder = parsed.Folder();
            var plan = folder.ReadPlan();
            var rows = plan.Machines.Where(machine => machine.Boots).Select(machine => Row(plan, folder, machine));
            await Console.Out.WriteAsync(TextTable.Of(["MACHINE", "ADDRESS", "NAMESPACE", "POWER", "DAEMONS"], rows));
            foreach (var (from, to) in await new Cuts(plan).ListAsync(cancel))
                await Console.Out.WriteLineAsync($"cut: {from} to {to}");
        });
        return verb;
    }

    private static string[] Row(LabPlan plan, LabFolder folder, Machine machine)
    {
        var running = RunningMachine.Find(folder, machine);
        var daemons = running is null ? [] : Roster.For(plan, machine).Select(daemon => $"{daemon.Name} {(daemon.IsRunning(running) ? "running" : "stopped")}");
        return [machine.Name, $"{machine.Address}", plan.NamespaceOf(machine), running is null ? "off" : "on", string.Join(", ", daemons)];
    }
}
