using Calico.Lab.Machines;

namespace Calico.Lab.Services;

/// <summary>BIRD on the lab's router, the physical router of the tutorial.</summary>
internal sealed class BirdRouter : Daemon
{
    public override string Name => "bird";
    public override string Program => "bird";

    protected override async Task LaunchAsync(RunningMachine machine, CancellationToken cancel)
    {
        await machine.RunAsync(["sh", "-c", "mkdir -p /run/bird; echo 1 >/proc/sys/net/ipv4/ip_forward"], cancel);
        await machine.StartAsync(["bird", "-f", "-c", "/etc/bird/bird.conf"], Log, cancel);
    }

    protected override async Task<bool> IsReadyAsync(RunningMachine machine, CancellationToken cancel) =>
        (await machine.RunAsync(["birdc", "show", "status"], cancel)).Succeeded;
}
