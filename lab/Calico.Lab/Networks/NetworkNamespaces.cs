using Calico.Lab.State;
using Calico.Lab.Tools;

namespace Calico.Lab.Networks;

/// <summary>The named network namespaces of the computer, as <c>ip netns</c> keeps them.</summary>
internal static class NetworkNamespaces
{
    private const string Folder = "/run/netns";

    /// <summary>Stands while the mount that <c>ip netns</c> makes of its folder is our doing and must go with the last lab.</summary>
    private static readonly string _folderIsOurs = Path.Combine(LabFolder.Root, ".netns");

    public static string PathOf(string name) => Path.Combine(Folder, name);

    public static bool Exists(string name) => File.Exists(PathOf(name));

    /// <summary>The namespace's identity, as <c>/proc/PID/ns/net</c> shows it; null if there is none by this name.</summary>
    public static async Task<string?> IdentityOfAsync(string name, CancellationToken cancel)
    {
        if (!Exists(name))
            return null;

        var inode = await Tool.RunAsync(["stat", "-L", "-c", "%i", PathOf(name)], input: null, cancel);
        return inode.Succeeded ? $"net:[{inode.Output.Trim()}]" : null;
    }

    public static async Task AddAsync(string name, CancellationToken cancel)
    {
        if (!IsMounted())
            await File.WriteAllTextAsync(_folderIsOurs, Directory.Exists(Folder) ? "mount" : "folder", cancel);

        await Tool.MustAsync($"making the namespace {name}", ["ip", "netns", "add", name], input: null, cancel);
    }

    public static async Task DeleteAsync(string name, CancellationToken cancel)
    {
        if (Exists(name))
            await Tool.MustAsync($"removing the namespace {name}", ["ip", "netns", "delete", name], input: null, cancel);
    }

    /// <summary>Undoes the mount of the folder itself, if the labs made it and nobody has a namespace left.</summary>
    public static async Task LeaveAsync(CancellationToken cancel)
    {
        if (!File.Exists(_folderIsOurs))
            return;

        var folderToo = await File.ReadAllTextAsync(_folderIsOurs, cancel) == "folder";
        if (IsMounted() && (Directory.EnumerateFileSystemEntries(Folder).Any() || !(await Tool.RunAsync(["umount", Folder], input: null, cancel)).Succeeded))
            return;

        if (folderToo && Directory.Exists(Folder) && !Directory.EnumerateFileSystemEntries(Folder).Any())
            Directory.Delete(Folder);

        File.Delete(_folderIsOurs);
    }

    private static bool IsMounted() => File.ReadLines("/proc/self/mountinfo").Any(line => line.Split(' ') is [_, _, _, _, Folder, ..]);
}
