using System.Diagnostics;
using Calico.Lab.Tests.Netlink;

namespace Calico.Lab.Tests.Bgp;

/// <summary>A real FRR (zebra, bgpd, bfdd) inside a network namespace.</summary>
internal sealed class FrrRouter : IDisposable
{
    private readonly FreshNamespace _host;
    private readonly string _folder = Directory.CreateTempSubdirectory("calico-frr-").FullName;
    private readonly Dictionary<string, Process> _daemons = [];

    public FrrRouter(FreshNamespace host, string bgpConfiguration)
    {
        _host = host;
        File.WriteAllText(In("bgpd.conf"), bgpConfiguration);
        File.WriteAllText(In("empty.conf"), "");
        Process.Start("/usr/bin/chown", ["-R", "frr:frr", _folder]).WaitForExit();
        Start("zebra", "-f", In("empty.conf"));
        Start("bfdd", "-f", In("empty.conf"), "--bfdctl", In("bfdd.sock"));
        Start("bgpd", "-f", In("bgpd.conf"));
    }

    /// <summary>SIGKILL to bgpd alone: no word to any peer, and zebra keeps the kernel's routes.</summary>
    public void KillBgp() => End("bgpd");

    public void StartBgp() => Start("bgpd", "-f", In("bgpd.conf"));

    public string Ask(params string[] commands)
    {
        var (_, output, errors) = _host.TryRun(
            "/usr/bin/vtysh", ["--vty_socket", _folder, .. commands.SelectMany(command => new[] { "-c", command })]);
        return output + errors;
    }

    public void Dispose()
    {
        foreach (var daemon in _daemons.Keys.ToList())
            End(daemon);
        Directory.Delete(_folder, recursive: true);
    }

    private void Start(string daemon, params string[] arguments)
    {
        string[] all =
        [
            "--net=/run/netns/" + _host.Name, "/usr/lib/frr/" + daemon, .. arguments,
            "-i", In(daemon + ".pid"), "-z", In("zserv.api"), "--vty_socket", _folder, "-u", "frr", "-g", "frr", "-P", "0", "--log", "file:" + In(daemon + ".log"),
        ];
        _daemons[daemon] = Process.Start(new ProcessStartInfo("/usr/bin/nsenter", all)
        {
            UseShellExecute = false,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        }) ?? throw new InvalidOperationException($"{daemon} does not start");
    }

    private void End(string daemon)
    {
        if (!_daemons.Remove(daemon, out var process))
            return;

        process.Kill();
        process.WaitForExit();
        process.Dispose();
    }

    private string In(string file) => Path.Combine(_folder, file);
}
