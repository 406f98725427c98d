using System.CommandLine;
using Calico.Lab.Machines;
using Calico.Lab.Networks;
using Calico.Lab.State;
using Calico.Lab.Tools;

namespace Calico.Lab.Verbs;

/// <summary><c>calico-lab exec HOST -- CMD…</c>: becomes the command inside a machine, so that terminal, streams, signals and exit status are its own.</summary>
internal static class ExecVerb
{
    public static Command Create()
    {
        var machine = LabArguments.Machine();
        var command = new Argument<string[]>("CMD") { Description = "The command and its arguments", Arity = ArgumentArity.OneOrMore, CaptureRemainingTokens = true };
        var verb = new Command("exec", "Run a command on a machine of a lab: calico-lab exec vms100 -- docker ps") { LabArguments.Name, machine, command };
        verb.SetAction(parsed => Execute(parsed.Folder(), parsed.GetRequiredValue(machine), parsed.GetRequiredValue(command)));
        return verb;
    }

    /// <summary>The command line that runs a command on a machine of a lab.</summary>
    /// <param name="folder">The lab.</param>
    /// <param name="name">The machine.</param>
    /// <param name="command">The program and its arguments.</param>
    /// <param name="directory">Where, if the machine has such a folder.</param>
    /// <exception cref="LabException">There is no such lab or machine, or it is off.</exception>
    public static IReadOnlyList<string> CommandLine(LabFolder folder, string name, IReadOnlyList<string> command, string directory)
    {
        var plan = folder.ReadPlan();
        var machine = plan.Machine(name);
        return machine.Boots
            ? RunningMachine.Get(folder, machine).Enter(command, directory)
            : ["nsenter", $"--net={NetworkNamespaces.PathOf(plan.NamespaceOf(machine))}", "--", .. command];
    }

    private static int Execute(LabFolder folder, string name, string[] command)
    {
        Requirements.CheckRoot();
        var argv = CommandLine(folder, name, command, Environment.CurrentDirectory);
        var error = Libc.Execute(Tool.Find(argv[0]), argv, LabEnvironment.Variables());
        throw new LabException($"{argv[0]} does not run: errno {error}");
    }
}
