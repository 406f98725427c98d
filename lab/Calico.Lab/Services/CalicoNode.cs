using Calico.Lab.Machines;
using Calico.Lab.Plan;

namespace Calico.Lab.Services;

/// <summary>A host's calico-node, started as a user starts it.</summary>
internal sealed class CalicoNode(LabPlan plan) : Daemon
{
    public static readonly IReadOnlyList<string> Start = ["calicoctl", "node", "run", "-c", "/etc/calico/calicoctl.cfg"];

    public override string Name => "node";
    public override string Program => "calico-node";

    protected override async Task LaunchAsync(RunningMachine machine, CancellationToken cancel)
    {
        var result = await machine.RunAsync(Start, cancel);
        if (!result.Succeeded)
            throw new LabException($"{string.Join(' ', Start)} on {machine.Machine.Name} failed: exit status {result.ExitStatus}: {result.Said}");
    }

    /// <summary>Ready when it answers locally, and, for Docker, when its drivers can be found: dockerd looks for them once, when it starts.</summary>
    protected override Task<bool> IsReadyAsync(RunningMachine machine, CancellationToken cancel) => Task.FromResult(
        File.Exists($"{machine.Root}/run/calico/node.sock")
        && (plan.Engine == Engine.None || File.Exists($"{machine.Root}/run/docker/plugins/calico.sock")));
}
