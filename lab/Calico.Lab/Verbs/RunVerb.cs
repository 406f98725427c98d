using System.CommandLine;
using Calico.Lab.Machines;

namespace Calico.Lab.Verbs;

/// <summary><c>calico-lab run HOST NAME</c>: a plain network namespace as a workload, attached by the host's node.</summary>
internal static class RunVerb
{
    public static Command Create()
    {
        var machine = LabArguments.Machine();
        var workload = new Argument<string>("WORKLOAD") { Description = "The workload's name, also that of its namespace inside the host" };
        var network = new Option<string>("--net") { Description = "The network it joins", DefaultValueFactory = _ => "calnet1" };
        var verb = new Command("run", "Start a plain namespace as a workload; then: calico-lab exec HOST -- ip netns exec WORKLOAD CMD")
        {
            LabArguments.Name, machine, workload, network,
        };
        verb.SetAction(async (parsed, cancel) =>
        {
            Requirements.CheckRoot();
            var folder = parsed.Folder();
            var running = RunningMachine.Get(folder, folder.ReadPlan().Machine(parsed.GetRequiredValue(machine)));
            var address = await new Workloads(running).StartAsync(parsed.GetRequiredValue(workload), parsed.GetRequiredValue(network), cancel);
            await Console.Out.WriteLineAsync(address);
        });
        return verb;
    }
}
