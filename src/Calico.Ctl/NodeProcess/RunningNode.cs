namespace Calico.Ctl.NodeProcess;

/// <summary>A calico-node that runs in the background of this host, and how it was started.</summary>
internal static class RunningNode
{
    /// <summary>What the kernel writes after the name of a program whose file was replaced, as by an upgrade: proc(5), <c>/proc/PID/exe</c>.</summary>
    private const string Replaced = " (deleted)";

    /// <summary>The same program, environment and log.</summary>
    /// <exception cref="CommandException">It may not be asked, or somebody else has it in hand: what it says does not go to a file.</exception>
    public static NodeLaunch LaunchOf(int process)
    {
        try
        {
            var program = LinkOf($"/proc/{process}/exe");
            var log = LinkOf($"/proc/{process}/fd/1");
            if (!Path.IsPathRooted(log))
                throw new CommandException($"calico-node (process {process}) was not started by calicoctl node run, so it is restarted by what started it: systemctl restart {UnitOf(process) ?? "calico-node"}; or, as a container, calicoctl node stop and then calicoctl node run --node-image=IMAGE");

            var environment = File.ReadAllText($"/proc/{process}/environ").Split('\0', StringSplitOptions.RemoveEmptyEntries);
            return new NodeLaunch
            {
                Program = program.EndsWith(Replaced, StringComparison.Ordinal) ? program[..^Replaced.Length] : program,
                Variables = environment.Select(line => line.Split('=', 2)).Where(IsNotOurs).ToDictionary(pair => pair[0], pair => pair[1]),
                Environment = environment,
                Log = log,
            };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"calico-node (process {process}) cannot be asked how it was started: {e.Message}");
        }
    }

    /// <returns>The systemd unit that has the process in hand; null if none has, or that cannot be told.</returns>
    public static string? UnitOf(int process)
    {
        try
        {
            return UnitIn(LinkOf($"/proc/{process}/fd/1"), File.ReadAllLines($"/proc/{process}/cgroup"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <param name="output">What standard output is open to. What calicoctl started writes to a file; it may be in the group of a unit too, sshd's for one.</param>
    /// <param name="groups">The process's control groups: <c>NUMBER:HIERARCHY:PATH</c>, cgroups(7).</param>
    internal static string? UnitIn(string output, IEnumerable<string> groups) => Path.IsPathRooted(output)
        ? null
        : groups.Select(line => Path.GetFileName(line)).FirstOrDefault(group => group.EndsWith(".service", StringComparison.Ordinal));

    private static bool IsNotOurs(string[] pair) => pair.Length == 2 && Environment.GetEnvironmentVariable(pair[0]) != pair[1];

    private static string LinkOf(string path) => new FileInfo(path).LinkTarget ?? throw new IOException($"{path} is no link");
}
