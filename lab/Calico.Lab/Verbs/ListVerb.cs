using System.CommandLine;
using Calico.Lab.Machines;
using Calico.Lab.State;

namespace Calico.Lab.Verbs;

/// <summary><c>calico-lab ls</c>: the labs of this computer.</summary>
internal static class ListVerb
{
    public static Command Create()
    {
        var verb = new Command("ls", "Show the labs of this computer");
        verb.SetAction(_ => Console.Out.Write(TextTable.Of(["NAME", "HOSTS", "DATASTORE", "ENGINE", "TOR", "MADE", "STATE"], LabFolder.All().Select(Row))));
        return verb;
    }

    private static string[] Row(LabFolder folder)
    {
        if (folder.TryReadPlan() is not { } plan)
            return [folder.Name, "", "", "", "", "", "half made"];

        var booted = plan.Machines.Where(machine => machine.Boots).ToList();
        var on = booted.Count(machine => RunningMachine.Find(folder, machine) is not null);
        return
        [
            plan.Name, $"{plan.Hosts}", Word(plan.Datastore), Word(plan.Engine), plan.Tor ? "yes" : "no", $"{plan.Made:yyyy-MM-dd HH:mm:ss}",
            on == booted.Count ? "up" : $"{on} of {booted.Count} machines on",
        ];
    }

    private static string Word<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();
}
