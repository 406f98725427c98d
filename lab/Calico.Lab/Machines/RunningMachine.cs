using Calico.Lab.Networks;
using Calico.Lab.Plan;
using Calico.Lab.State;
using Calico.Lab.Tools;

namespace Calico.Lab.Machines;

/// <summary>A machine whose first process lives: a way in.</summary>
/// <param name="Init">The first process, by its id outside of the machine.</param>
public sealed record RunningMachine(Machine Machine, int Init)
{
    /// <summary>The machine's file system, seen from outside.</summary>
    public string Root => $"/proc/{Init}/root";

    /// <summary>The machine, if its first process is the one that was written down and not another that later got its number.</summary>
    public static RunningMachine? Find(LabFolder folder, Machine machine)
    {
        try
        {
            var fields = File.ReadAllText(folder.MachineAt(machine, "init")).Trim().Split(' ');
            return fields.Length == 2 && int.TryParse(fields[0], out var init) && ProcessTable.StartOf(init) is { } start && start == long.Parse(fields[1])
                ? new RunningMachine(machine, init)
                : null;
        }
        catch (Exception e) when (e is DirectoryNotFoundException or FileNotFoundException)
        {
            return null;
        }
    }

    /// <exception cref="LabException">The machine is off.</exception>
    public static RunningMachine Get(LabFolder folder, Machine machine) =>
        Find(folder, machine) ?? throw new LabException($"{machine.Name} is off: calico-lab start --name {folder.Name} {machine.Name} all");

    /// <summary>Boots a machine that has its network namespace: its first process makes its file system and says when it is ready.</summary>
    public static async Task<RunningMachine> BootAsync(LabPlan plan, LabFolder folder, Machine machine, CancellationToken cancel)
    {
        Directory.CreateDirectory(folder.MachineAt(machine, "etc"));
        await MachineFiles.WriteAsync(plan, folder, machine, cancel);
        File.Delete(folder.MachineAt(machine, "init"));
        var log = folder.MachineAt(machine, "boot.log");
        // unshare's first child is the first process of the new process namespace; sent to the background, it leaves nobody behind that waits for it.
        await Tool.MustAsync(
            $"booting {machine.Name}",
            [
                "nsenter", $"--net={NetworkNamespaces.PathOf(plan.NamespaceOf(machine))}",
                "unshare", "--mount", "--uts", "--ipc", "--pid", "--propagation", "private",
                "sh", "-c", "log=$1; shift; exec </dev/null >\"$log\" 2>&1; setsid sh \"$@\" &", "sh",
                log, folder.At("init.sh"), folder.MachineAt(machine), machine.Name, folder.Shared,
            ],
            input: null,
            cancel);

        RunningMachine? running = null;
        var ready = await Waiting.UntilAsync(() => (running = Find(folder, machine)) is not null && File.Exists($"{running.Root}/run/.lab/ready"), TimeSpan.FromSeconds(10), cancel);
        return ready && running is not null ? running : throw new LabException($"{machine.Name} does not boot: {(await File.ReadAllTextAsync(log, cancel)).Trim()}");
    }

    /// <summary>The command line that runs a command inside the machine; the command ends if whoever started it does.</summary>
    /// <param name="folder">Its working directory inside; the root if null or not there.</param>
    public IReadOnlyList<string> Enter(IReadOnlyList<string> command, string? folder = null)
    {
        // Not `ip netns exec`: that would mount a /sys of its own, which hides the cgroups.
        var inside = folder is not null && Directory.Exists(Root + folder) ? folder : "/";
        return ["nsenter", "-t", $"{Init}", "-m", "-u", "-i", "-n", "-p", $"--wdns={inside}", "setpriv", "--pdeathsig", "TERM", "--", .. command];
    }

    public Task<ToolResult> RunAsync(IReadOnlyList<string> command, CancellationToken cancel, string? input = null) =>
        Tool.RunAsync(Enter(command), input, cancel);

    /// <summary>Starts a program that goes on by itself, a child of the machine's first process.</summary>
    /// <param name="log">The file inside the machine that takes what it says.</param>
    public Task StartAsync(IReadOnlyList<string> command, string log, CancellationToken cancel) => Tool.MustAsync(
        $"starting {command[0]} on {Machine.Name}",
        [.. Enter(["sh", "-c", "log=$1; shift; exec </dev/null >>\"$log\" 2>&1; setsid \"$@\" &", "sh", log]), .. command],
        input: null,
        cancel);

    /// <summary>Processes of the machine itself by their program's name, containers left out.</summary>
    public IReadOnlyList<int> Processes(string program) =>
        ProcessTable.NamespaceOf(Init, "pid") is { } own
            ? [.. ProcessTable.InNamespace("pid", own).Where(process => ProcessTable.NameOf(process) == program && ProcessTable.StartOf(process) is not null)]
            : [];
}
