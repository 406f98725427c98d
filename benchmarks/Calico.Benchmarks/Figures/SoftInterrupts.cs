namespace Calico.Benchmarks.Figures;

/// <summary>The kernel's threads for packets that arrive faster than they can be handled on the side.</summary>
internal static class SoftInterrupts
{
    private static readonly Dictionary<int, string> _statistics = Find();

    /// <summary>CPU nanoseconds of a core's thread since the computer started; 0 where the threads cannot be seen.</summary>
    public static long Cpu(int core) =>
        _statistics.TryGetValue(core, out var file) ? long.Parse(File.ReadAllText(file).Split(' ')[0]) : 0;

    private static Dictionary<int, string> Find()
    {
        const string name = "ksoftirqd/";
        Dictionary<int, string> found = [];
        foreach (var process in Directory.EnumerateDirectories("/proc").Where(folder => char.IsAsciiDigit(Path.GetFileName(folder)[0])))
        {
            try
            {
                var command = File.ReadAllText(Path.Combine(process, "comm")).Trim();
                if (command.StartsWith(name, StringComparison.Ordinal))
                    found[int.Parse(command[name.Length..])] = Path.Combine(process, "schedstat");
            }
            catch (IOException)
            {
                // It ended while it was looked at: no kernel thread.
            }
        }

        return found;
    }
}
