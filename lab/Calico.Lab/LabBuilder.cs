using Calico.Lab.Machines;
using Calico.Lab.Networks;
using Calico.Lab.Plan;
using Calico.Lab.Services;
using Calico.Lab.State;
using Calico.Lab.Tools;

namespace Calico.Lab;

/// <summary>Makes a lab: wires, machines, then the daemons a layer at a time, all hosts at once.</summary>
internal sealed class LabBuilder(LabPlan plan, Progress progress)
{
    private readonly LabFolder _folder = new(plan.Name);

    /// <summary>Brings the lab up; a lab that fails halfway is removed again.</summary>
    /// <exception cref="LabException">The name is taken, a program is missing, or a step failed.</exception>
    public async Task UpAsync(CancellationToken cancel)
    {
        Requirements.CheckRoot();
        CheckName();
        Requirements.Check(plan);
        using var mine = await TakeNameAsync(cancel);
        try
        {
            await BuildAsync(cancel);
        }
        catch (Exception e)
        {
            progress.Say(e is OperationCanceledException ? "interrupted: removing what was made" : "failed: removing what was made");
            mine.Dispose();
            await LabRemoval.RemoveAsync(_folder, CancellationToken.None);
            throw;
        }
    }

    private void CheckName()
    {
        if (_folder.Exists)
        {
            throw new LabException(_folder.TryReadPlan() is null
                ? $"lab '{plan.Name}' was left half made: calico-lab down --name {plan.Name}, then try again"
                : $"lab '{plan.Name}' exists: use it, remove it with calico-lab down --name {plan.Name}, or choose another --name");
        }

        if (plan.Machines.Select(plan.NamespaceOf).FirstOrDefault(NetworkNamespaces.Exists) is { } taken)
            throw new LabException($"a network namespace {taken} exists that is no lab's: choose another --name");
    }

    private async Task<IDisposable> TakeNameAsync(CancellationToken cancel)
    {
        Directory.CreateDirectory(_folder.Path);
        var mine = _folder.Lock();
        _folder.Write(plan);
        await MachineFiles.WriteSharedAsync(_folder, cancel);
        return mine;
    }

    private async Task BuildAsync(CancellationToken cancel)
    {
        progress.Say($"lab '{plan.Name}': wiring {plan.Machines.Count - 1} machines to the switch");
        foreach (var machine in plan.Machines)
            await new Topology(plan).AddAsync(machine, cancel);

        var booted = plan.Machines.Where(machine => machine.Boots).ToList();
        await Parallel.ForEachAsync(booted, cancel, async (machine, token) => await RunningMachine.BootAsync(plan, _folder, machine, token));
        if (plan.Engine == Engine.Docker)
            await BusyboxImage.WriteAsync(_folder, cancel);

        // etcd needs the others to agree, and dockerd the drivers that the node brings: a layer is up everywhere before the next begins.
        foreach (var layer in booted.SelectMany(machine => Roster.StartedBy(plan, machine), (machine, daemon) => (machine, daemon)).GroupBy(start => start.daemon.Name))
        {
            progress.Say($"starting {layer.Key} on {string.Join(", ", layer.Select(start => start.machine.Name))}");
            await Parallel.ForEachAsync(layer, cancel, async (start, token) => await MachinePower.StartAsync(_folder, start.machine, start.daemon, token));
        }

        progress.Say($"lab '{plan.Name}' is up: calico-lab exec{(plan.Name == LabNames.Default ? "" : $" --name {plan.Name}")} {Machine.Host(0).Name} -- CMD");
    }
}
