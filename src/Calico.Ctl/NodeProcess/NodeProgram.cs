namespace Calico.Ctl.NodeProcess;

/// <summary>Finds the installed calico-node.</summary>
internal static class NodeProgram
{
    private const string Name = "calico-node";

    /// <summary>Beside calicoctl, by the path it was called by or by its real one; else on the PATH.</summary>
    /// <exception cref="CommandException">Nowhere.</exception>
    public static string Find()
    {
        var folders = new[] { CalledFrom(), Path.GetDirectoryName(Environment.ProcessPath) }
            .Concat((Environment.GetEnvironmentVariable("PATH") ?? "").Split(':'))
            .Where(folder => !string.IsNullOrEmpty(folder))
            .Select(folder => Path.GetFullPath(folder!)) // the empty ones are gone
            .Distinct()
            .ToList();
        return folders.Select(folder => Path.Combine(folder, Name)).FirstOrDefault(File.Exists)
            ?? throw new CommandException($"{Name} is not installed: it is neither beside calicoctl nor on the PATH ({string.Join(':', folders)})");
    }

    /// <summary>The folder of the path that the user called, which may be a link to the program.</summary>
    private static string? CalledFrom()
    {
        var called = File.ReadAllText("/proc/self/cmdline").Split('\0')[0];
        return called.Contains('/', StringComparison.Ordinal) ? Path.GetDirectoryName(called) : null;
    }
}
