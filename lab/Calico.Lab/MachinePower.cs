using Calico.Lab.Machines;
using Calico.Lab.Networks;
using Calico.Lab.Plan;
using Calico.Lab.Services;
using Calico.Lab.State;
using Calico.Lab.Tools;

namespace Calico.Lab;

/// <summary>Starts and ends daemons and whole machines of a lab that is up.</summary>
internal sealed class MachinePower(LabPlan plan)
{
    /// <summary>Starts a daemon of a machine that is on.</summary>
    public static async Task StartAsync(LabFolder folder, Machine machine, Daemon daemon, CancellationToken cancel)
    {
        var running = RunningMachine.Get(folder, machine);
        await daemon.StartAsync(running, cancel);
        if (daemon is DockerEngine)
            await BusyboxImage.ImportAsync(folder, running, cancel);
    }

    /// <summary>Switches a machine on and starts its daemons in their order. Of a machine that is on, only what does not run is started.</summary>
    public async Task StartAsync(LabFolder folder, Machine machine, CancellationToken cancel)
    {
        await BootAsync(folder, machine, cancel);
        foreach (var daemon in Roster.StartedBy(plan, machine))
            await StartAsync(folder, machine, daemon, cancel);
    }

    /// <summary>Switches a machine on and starts nothing on it.</summary>
    public async Task BootAsync(LabFolder folder, Machine machine, CancellationToken cancel)
    {
        if (RunningMachine.Find(folder, machine) is not null)
            return;

        await KillAsync(folder, machine, cancel);
        await new Topology(plan).AddAsync(machine, cancel);
        await RunningMachine.BootAsync(plan, folder, machine, cancel);
    }

    /// <summary>Stops a machine's daemons, the last started first, and switches it off.</summary>
    public async Task StopAsync(LabFolder folder, Machine machine, CancellationToken cancel)
    {
        if (RunningMachine.Find(folder, machine) is { } running)
        {
            foreach (var daemon in Roster.For(plan, machine).Reverse())
                await daemon.StopAsync(running, cancel);
        }

        await KillAsync(folder, machine, cancel);
    }

    /// <summary>Takes the power away: every process, link and route of the machine is gone at once; its disk stays.</summary>
    /// <remarks>
    /// The first process first: with it the kernel ends all others of the machine together. One after another, a daemon that is still there would act
    /// on the end of the others, which no power cut lets it do.
    /// </remarks>
    public async Task KillAsync(LabFolder folder, Machine machine, CancellationToken cancel)
    {
        if (RunningMachine.Find(folder, machine) is { Init: var init })
            Libc.Signal(init, Libc.KillNow);
        if (await NetworkNamespaces.IdentityOfAsync(plan.NamespaceOf(machine), cancel) is { } network)
            await ProcessTable.EndAllAsync([network], cancel);

        File.Delete(folder.MachineAt(machine, "init"));
        await new Topology(plan).RemoveAsync(machine, cancel);
        await Cgroups.RemoveAsync(plan.Name, machine.Name, cancel);
    }
}
