using Calico.Lab.Tests.Support;

namespace Calico.Lab.Tests.Install;

/// <summary>A host of a lab on which a real systemd runs, with the host's network and files: <c>systemd.sh</c>.</summary>
internal sealed class SystemdHost(LabHosts lab, string name)
{
    public const string Program = "/lib/systemd/systemd";

    private static readonly TimeSpan _boot = TimeSpan.FromSeconds(60);

    /// <summary>Starts it, and returns when it has started all that is enabled.</summary>
    public async Task BootAsync(CancellationToken cancel)
    {
        var script = Path.Combine(Checkout.Root, "tests/Calico.Lab.Tests/Install/systemd.sh");
        await lab.ShellAsync(name, $"setsid sh {script} {lab.Name} {name} </dev/null >/run/.lab/systemd.log 2>&1 &", cancel);
        try
        {
            await lab.EventuallyAsync(name, Inside("systemctl is-system-running | grep -x 'running\\|degraded'"), _boot, cancel);
        }
        catch (Exception e)
        {
            throw new InvalidOperationException(await lab.ShellAsync(name, "cat /run/.lab/systemd.log", cancel), e);
        }
    }

    /// <summary>As if the power went: everything that it started ends with it, and its mounts are gone.</summary>
    public Task PowerOffAsync(CancellationToken cancel) =>
        lab.ShellAsync(name, "systemd=$(cat /run/.lab/systemd); kill -9 $systemd; while [ -e /proc/$systemd ]; do sleep 0.1; done", cancel);

    /// <summary>Runs a shell line there that must succeed, and returns what it printed.</summary>
    public Task<string> ShellAsync(string line, CancellationToken cancel) => lab.ShellAsync(name, Inside(line), cancel);

    /// <summary>Runs a shell line there until it succeeds.</summary>
    public Task<string> EventuallyAsync(string line, TimeSpan limit, CancellationToken cancel) => lab.EventuallyAsync(name, Inside(line), limit, cancel);

    private static string Inside(string line) =>
        "exec nsenter -t $(cat /run/.lab/systemd) -m -p -i -C -- env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C sh -c '" + line.Replace("'", "'\\''", StringComparison.Ordinal) + "'";
}
