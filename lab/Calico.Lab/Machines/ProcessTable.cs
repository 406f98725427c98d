using Calico.Lab.Tools;

namespace Calico.Lab.Machines;

/// <summary>Processes as /proc shows them. One may end between being seen and being asked, which reads as its not being there.</summary>
internal static class ProcessTable
{
    /// <summary>Processes that are in a namespace.</summary>
    /// <param name="kind">The name of the link under /proc/PID/ns: <c>net</c>, <c>mnt</c>.</param>
    /// <param name="identity">What the link says, as <see cref="NamespaceOf"/> returns it.</param>
    public static IEnumerable<int> InNamespace(string kind, string identity) => All().Where(process => NamespaceOf(process, kind) == identity);

    /// <summary>The identity of a process's namespace, such as <c>net:[4026532008]</c>; null if it has ended.</summary>
    public static string? NamespaceOf(int process, string kind)
    {
        try
        {
            return new FileInfo($"/proc/{process}/ns/{kind}").LinkTarget;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The program's name, at most 15 characters of it; null if the process has ended.</summary>
    public static string? NameOf(int process) => Read($"/proc/{process}/comm")?.TrimEnd('\n');

    /// <summary>When the process started, in the kernel's ticks since it booted; null if it has ended or is only waiting to be reaped.</summary>
    public static long? StartOf(int process)
    {
        // proc(5): the name, in brackets, may hold anything; state is the first field after it, the start time the twentieth.
        var fields = Read($"/proc/{process}/stat")?.Split(')')[^1].Trim().Split(' ');
        return fields is { Length: > 19 } && fields[0] is not ("Z" or "X") ? long.Parse(fields[19]) : null;
    }

    /// <summary>Kills and waits until nothing is left in any of the namespaces.</summary>
    /// <exception cref="LabException">Something is left after ten seconds.</exception>
    public static async Task EndAllAsync(IReadOnlyCollection<string> networks, CancellationToken cancel)
    {
        if (networks.Count == 0)
            return;

        List<int> left = [];
        var done = await Waiting.UntilAsync(
            () =>
            {
                left = [.. All().Where(process => NamespaceOf(process, "net") is { } network && networks.Contains(network) && StartOf(process) is not null)];
                left.ForEach(process => Libc.Signal(process, Libc.KillNow));
                return left.Count == 0;
            },
            TimeSpan.FromSeconds(10),
            cancel);
        if (!done)
            throw new LabException($"processes of the lab do not end: {string.Join(", ", left.Select(process => $"{process} ({NameOf(process)})"))}");
    }

    private static IEnumerable<int> All() =>
        Directory.EnumerateDirectories("/proc").Select(Path.GetFileName).Where(name => int.TryParse(name, out _)).Select(name => int.Parse(name ?? ""));

    private static string? Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
