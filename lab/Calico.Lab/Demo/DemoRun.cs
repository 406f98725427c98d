using Calico.Lab.Plan;
using Calico.Lab.State;
using Calico.Lab.Tools;

namespace Calico.Lab.Demo;

/// <summary>The whole demo: a fresh lab, the walkthrough on it, a table of what was shown, and everything removed.</summary>
internal sealed class DemoRun(LabPlan plan, bool keep)
{
    public const string DefaultName = "demo";

    private readonly Progress _progress = Progress.OnError;

    /// <exception cref="LabException">A step does not show what it must; says which, its command, what was expected and what came.</exception>
    public async Task PlayAsync(CancellationToken cancel)
    {
        await new LabBuilder(plan, _progress).UpAsync(cancel);
        try
        {
            var stage = new Stage(plan, Console.Out, _progress);
            foreach (var step in Walkthrough.Steps)
            {
                stage.Begin(step);
                await step.Play(stage, cancel);
            }

            await Console.Out.WriteLineAsync($"=== Who reached whom\n\n{Reach.Table(stage.Reached)}\n{NextSteps()}");
        }
        finally
        {
            await EndAsync();
        }
    }

    private async Task EndAsync()
    {
        if (keep)
        {
            _progress.Say($"the lab stays up: calico-lab exec --name {plan.Name} vms100 -- sh   enters a host; calico-lab down --name {plan.Name}   removes it");
            return;
        }

        await LabRemoval.RemoveAsync(new LabFolder(plan.Name), CancellationToken.None);
        _progress.Say("the lab and all that it made are removed");
    }

    /// <summary>The options that make this demo differ from the plain one.</summary>
    private string Options() => $"{(plan.Name == DefaultName ? "" : $" --name {plan.Name}")}{(plan.Datastore == Datastore.Etcd ? " --datastore etcd" : "")}";

    /// <summary>The commands, each with what it is for, in two columns.</summary>
    private string NextSteps()
    {
        var lab = $"--name {plan.Name}";
        (string Command, string Purpose)[] next =
        [
            .. keep ? Array.Empty<(string, string)>() : [($"./dev demo{Options()} --keep", "the same again, and the lab stays up for what follows")],
            ($"bin/calico-lab exec {lab} vms100 -- bash", "a shell on a host, with docker, calicoctl, ip and the rest"),
            ($"bin/calico-lab exec {lab} vms101 -- docker exec -it 192.168.26.101 sh", "a shell in a container"),
            ($"bin/calico-lab exec {lab} tor -- birdc show protocols", "what the router thinks of the hosts"),
            ($"bin/calico-lab kill {lab} vms101 node", "a node crashes: its containers are reached as before; start brings it back"),
            ($"bin/calico-lab cut {lab} vms100 vms101", "two hosts hear nothing of each other any more; heal ends that"),
            ($"bin/calico-lab down {lab}", "everything goes"),
        ];
        var width = next.Max(row => row.Command.Length);
        return string.Join('\n', next.Select(row => $"  {row.Command.PadRight(width)}   {row.Purpose}").Prepend("What to try next:"));
    }
}
