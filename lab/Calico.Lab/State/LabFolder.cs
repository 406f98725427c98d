using System.Text.Json;
using Calico.Lab.Plan;

namespace Calico.Lab.State;

/// <summary>A lab's folder, <c>/var/lib/calico-lab/NAME</c>: its plan, what its machines keep on disk, and the file that all its hosts share.</summary>
/// <remarks>
/// <code>
/// plan.json            what the lab is made of, written before anything else is made
/// lock                 held while a command changes the lab
/// init.sh              what each machine runs as its first process
/// busybox.tar          the image
/// shared/              the same folder in every host: calico.db
/// machines/vms100/     init (process id and start time), boot.log, and the folders bound into the host: etc, lib, log
/// </code>
/// </remarks>
public sealed class LabFolder(string name)
{
    public const string Root = "/var/lib/calico-lab";

    public string Name => name;
    public string Path { get; } = System.IO.Path.Combine(Root, name);
    public string Shared => At("shared");

    /// <summary>Whether anything of a lab by this name is there, were it only half made.</summary>
    public bool Exists => Directory.Exists(Path);

    private string PlanFile => At("plan.json");

    /// <summary>The labs that have a folder, in order of name.</summary>
    public static IReadOnlyList<LabFolder> All() =>
        Directory.Exists(Root) ? [.. Directory.GetDirectories(Root).Order(StringComparer.Ordinal).Select(path => new LabFolder(System.IO.Path.GetFileName(path)))] : [];

    public string At(params ReadOnlySpan<string> parts) => System.IO.Path.Combine([Path, .. parts]);

    public string MachineAt(Machine machine, params ReadOnlySpan<string> parts) => At(["machines", machine.Name, .. parts]);

    /// <summary>The plan; null if the lab is not there, or its making ended before the plan was written.</summary>
    public LabPlan? TryReadPlan()
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(PlanFile), PlanJson.Default.LabPlan);
        }
        catch (Exception e) when (e is DirectoryNotFoundException or FileNotFoundException)
        {
            return null;
        }
        catch (JsonException e)
        {
            throw new LabException($"{PlanFile} cannot be read: {e.Message} End the lab's processes and remove {Path} by hand", e);
        }
    }

    /// <exception cref="LabException">There is no such lab.</exception>
    public LabPlan ReadPlan() => TryReadPlan() ?? throw new LabException(Exists
        ? $"lab '{name}' was not made to its end: calico-lab down --name {name}"
        : $"there is no lab '{name}': calico-lab up --name {name} makes it; calico-lab ls shows the labs that are up");

    /// <summary>Writes the plan as a whole or not at all.</summary>
    public void Write(LabPlan plan)
    {
        File.WriteAllBytes($"{PlanFile}.new", JsonSerializer.SerializeToUtf8Bytes(plan, PlanJson.Default.LabPlan));
        File.Move($"{PlanFile}.new", PlanFile, overwrite: true);
    }

    /// <summary>Takes the lab for this command alone; whoever crashes lets go of it.</summary>
    /// <exception cref="LabException">Another command has it.</exception>
    public IDisposable Lock()
    {
        try
        {
            return new FileStream(At("lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (e is not (DirectoryNotFoundException or FileNotFoundException))
        {
            throw new LabException($"another calico-lab is at work on lab '{name}': wait for it to end", e);
        }
    }
}
