using Calico.Lab.Machines;
using Calico.Lab.Networks;
using Calico.Lab.Plan;
using Calico.Lab.State;
using Calico.Lab.Tools;

namespace Calico.Lab;

/// <summary>Removes a lab and all that it made, whatever state a crash left it in. It may be run again.</summary>
internal static class LabRemoval
{
    public static async Task RemoveAsync(LabFolder folder, CancellationToken cancel)
    {
        if (!folder.Exists)
            return;

        using (folder.Lock())
        {
            // Without a plan nothing but the folder was made.
            if (folder.TryReadPlan() is { } plan)
                await EndAsync(plan, folder, cancel);

            await DeleteAsync(folder, cancel);
        }

        if (LabFolder.All().Count > 0)
            return;

        await NetworkNamespaces.LeaveAsync(cancel);
        if (!Directory.EnumerateFileSystemEntries(LabFolder.Root).Any())
            Directory.Delete(LabFolder.Root);
    }

    private static async Task EndAsync(LabPlan plan, LabFolder folder, CancellationToken cancel)
    {
        // First processes first: the kernel ends all others of a machine with them. What is killed is either written down with its start time, or in a namespace of ours.
        foreach (var machine in plan.Machines)
        {
            if (RunningMachine.Find(folder, machine) is { } running)
                Libc.Signal(running.Init, Libc.KillNow);
        }

        List<string> networks = [];
        foreach (var name in plan.Machines.Select(plan.NamespaceOf))
        {
            if (await NetworkNamespaces.IdentityOfAsync(name, cancel) is { } network)
                networks.Add(network);
        }

        await ProcessTable.EndAllAsync(networks, cancel);
        foreach (var name in plan.Machines.Select(plan.NamespaceOf))
            await NetworkNamespaces.DeleteAsync(name, cancel);

        await Cgroups.RemoveAsync(plan.Name, host: null, cancel);
    }

    private static async Task DeleteAsync(LabFolder folder, CancellationToken cancel)
    {
        if (File.ReadLines("/proc/self/mountinfo").FirstOrDefault(line => line.Split(' ')[4].StartsWith($"{folder.Path}/", StringComparison.Ordinal)) is { } mount)
            throw new LabException($"{mount.Split(' ')[4]} is a mount that the lab did not make: unmount it, then run calico-lab down again");

        await Tool.MustAsync($"removing {folder.Path}", ["rm", "-rf", "--one-file-system", folder.Path], input: null, cancel);
    }
}
