using System.Diagnostics;
using Calico.Lab.Tests.Netlink;

namespace Calico.Lab.Tests.Bgp;

/// <summary>A real BIRD 2 inside a network namespace.</summary>
internal sealed class BirdRouter : IDisposable
{
    private readonly FreshNamespace _host;
    private readonly string _folder = Directory.CreateTempSubdirectory("calico-bird-").FullName;
    private Process? _process;

    public BirdRouter(FreshNamespace host, string configuration)
    {
        _host = host;
        File.WriteAllText(Path.Combine(_folder, "bird.conf"), configuration);
        Start();
    }

    public void Start(bool recovering = false)
    {
        string[] arguments = ["--net=/run/netns/" + _host.Name, "/usr/sbin/bird", "-f", "-c", In("bird.conf"), "-s", In("bird.ctl"), "-P", In("bird.pid")];
        _process = Process.Start(new ProcessStartInfo("/usr/bin/nsenter", recovering ? [.. arguments, "-R"] : arguments)
        {
            UseShellExecute = false,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        }) ?? throw new InvalidOperationException("BIRD does not start");
    }

    /// <summary>SIGKILL: no word to any peer.</summary>
    public void Kill()
    {
        _process?.Kill();
        _process?.WaitForExit();
        _process?.Dispose();
        _process = null;
    }

    public string Show(string what) => Command("show " + what);

    public string Command(string command)
    {
        var (_, output, errors) = _host.TryRun("/usr/sbin/birdc", ["-s", In("bird.ctl"), .. command.Split(' ')]);
        return output + errors;
    }

    public void Dispose()
    {
        Kill();
        Directory.Delete(_folder, recursive: true);
    }

    private string In(string file) => Path.Combine(_folder, file);
}
