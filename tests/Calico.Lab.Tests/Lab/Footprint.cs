using Calico.Lab.Tools;

namespace Calico.Lab.Tests.Lab;

/// <summary>What a lab could leave on the computer: namespaces, links, mounts, rules, control groups, processes and files.</summary>
/// <remarks>Namespaces, mounts, groups and processes are looked for by the names of this test run: others may come and go meanwhile.</remarks>
internal static class Footprint
{
    private static readonly string _look =
        $"""
        ours=t{Environment.ProcessId}-
        echo "namespaces:"; ls /run/netns 2>/dev/null | grep "^$ours"
        echo "mounts:"; cut -d' ' -f5 /proc/self/mountinfo | grep "/$ours"
        echo "control groups:"; find /sys/fs/cgroup -type d -path "*/$ours*" | sort
        echo "labs:"; ls -A /var/lib/calico-lab 2>/dev/null | grep "^$ours"
        echo "processes:"; ps -eo args= | grep -E "(/|token )$ours" | grep -v grep | sort
        echo "links:"; ip -o link | cut -d: -f2 | sort
        echo "routes:"; ip route
        echo "rules:"; nft list ruleset
        echo "files:"; ls -d /etc/calico /etc/docker /var/lib/docker /var/lib/calico /var/lib/etcd /var/log/calico 2>/dev/null
        """;

    public static async Task<string> TakeAsync(CancellationToken cancel) => (await Tool.RunAsync(["sh", "-c", _look], input: null, cancel)).Output;

    /// <summary>Asserts that the footprint is this one, if need be a moment later: the kernel takes namespaces down in its own time.</summary>
    public static async Task IsAsync(string expected, CancellationToken cancel)
    {
        await Waiting.UntilAsync(async token => await TakeAsync(token) == expected, TimeSpan.FromSeconds(15), cancel);
        Assert.Equal(expected, await TakeAsync(cancel));
    }

    /// <summary>The processes that descend from a lab's first ones, containers with them: <c>PID start</c> each.</summary>
    public static async Task<IReadOnlyList<string>> ProcessesAsync(string lab, CancellationToken cancel)
    {
        var table = await TableAsync(cancel);
        var found = table.Where(process => process.Line.Contains($"/calico-lab/{lab}/init.sh", StringComparison.Ordinal)).ToList();
        for (var index = 0; index < found.Count; index++)
            found.AddRange(table.Where(process => process.Parent == found[index].Id));

        return [.. found.Select(process => process.Line)];
    }

    /// <summary>Those of the processes that are still there.</summary>
    public static async Task<IEnumerable<string>> StillThereAsync(IReadOnlyList<string> processes, CancellationToken cancel) =>
        processes.Intersect((await TableAsync(cancel)).Select(process => process.Line));

    private static async Task<IReadOnlyList<(string Id, string Parent, string Line)>> TableAsync(CancellationToken cancel)
    {
        var table = await Tool.RunAsync(["ps", "-eww", "-o", "pid=,ppid=,lstart=,args="], input: null, cancel);
        return
        [
            .. table.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => (line, fields: line.Split(' ', StringSplitOptions.RemoveEmptyEntries)))
                .Select(row => (row.fields[0], row.fields[1], row.line)),
        ];
    }
}
