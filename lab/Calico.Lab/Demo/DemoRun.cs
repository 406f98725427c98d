using Calico.Lab.Plan;
using Calico.Lab.State;
using Calico.Lab.Tools;

namespace Calico.Lab.Demo;

/// <summary>The whole demo: a fresh lab, the walkthrough on it, a table of what was shown, and everything removed.</summary>
internal sealed class DemoRun(LabPlan plan, bool keep)
{
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

            await Console.Out.WriteLineAsync($"\n=== Who reached whom\n\n{Reach.Table(stage.Reached)}\n{NextSteps()}");
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

    private string NextSteps()
    {
        var enter = keep ? $"bin/calico-lab exec --name {plan.Name}" : "bin/calico-lab exec";
        return $"""
            What to try next{(keep ? "" : ", after bin/calico-lab up --tor")}:
              {enter} vms100 -- sh                       a shell on a host: docker, calicoctl, ip and the rest
              {enter} vms101 -- docker exec -it 192.168.26.101 sh   a shell in a container
              {enter} tor -- birdc show protocols        the router's view
              bin/calico-lab kill{(keep ? $" --name {plan.Name}" : "")} vms101 node            a node crashes: its containers are reached as before
              bin/calico-lab cut{(keep ? $" --name {plan.Name}" : "")} vms100 vms101           a broken cable; calico-lab heal mends it
              bin/calico-lab --help                      the other verbs
            """;
    }
}
