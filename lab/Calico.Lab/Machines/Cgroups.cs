using Calico.Lab.Tools;

namespace Calico.Lab.Machines;

/// <summary>The control groups that the labs' engines put their containers in, all under one parent: <c>calico-lab/NAME/HOST</c>.</summary>
internal static class Cgroups
{
    private const string Parent = "calico-lab";

    /// <summary>The parent of a host's containers, as dockerd's <c>--cgroup-parent</c> takes it.</summary>
    public static string For(string lab, string host) => $"/{Parent}/{lab}/{host}";

    /// <summary>Removes the groups of a host, or of a whole lab if <paramref name="host"/> is null, from every hierarchy; their processes have ended.</summary>
    public static async Task RemoveAsync(string lab, string? host, CancellationToken cancel)
    {
        foreach (var hierarchy in Hierarchies())
        {
            var folder = Path.Combine(hierarchy, Parent, lab, host ?? "");
            // The kernel lets go of a group some time after its last process was reaped.
            if (!await Waiting.UntilAsync(() => TryRemove(folder), TimeSpan.FromSeconds(5), cancel))
                throw new LabException($"the control group {folder} cannot be removed: something still runs in it");

            var parent = Path.Combine(hierarchy, Parent);
            if (Directory.Exists(parent) && Directory.GetDirectories(parent).Length == 0)
                TryRemove(parent);
        }
    }

    /// <summary>Where hierarchies are mounted: one for version 2, one a controller for version 1.</summary>
    private static IEnumerable<string> Hierarchies() => File.ReadLines("/proc/self/mountinfo")
        .Select(line => line.Split(' '))
        .Where(fields => fields[Array.IndexOf(fields, "-") + 1] is "cgroup" or "cgroup2")
        .Select(fields => fields[4])
        .Distinct();

    private static bool TryRemove(string folder)
    {
        try
        {
            // A group's files cannot be deleted and need not be: removing the folder removes the group.
            if (!Directory.Exists(folder))
                return true;

            if (!Directory.GetDirectories(folder).All(TryRemove))
                return false;

            Directory.Delete(folder);
            return true;
        }
        catch (DirectoryNotFoundException)
        {
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
