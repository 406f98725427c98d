using System.Diagnostics;
using Calico.Lab.Tests.Netlink;

namespace Calico.Lab.Tests.Bgp;

/// <summary>A real gobgpd inside a network namespace.</summary>
internal sealed class GoBgpRouter : IDisposable
{
    private const string Api = "127.0.0.1:50051"; // of its namespace

    private readonly FreshNamespace _host;
    private readonly string _file = Path.GetTempFileName();
    private readonly Process _process;

    public GoBgpRouter(FreshNamespace host, string configuration)
    {
        _host = host;
        File.WriteAllText(_file, configuration);
        _process = Process.Start(new ProcessStartInfo(
            "/usr/bin/nsenter", ["--net=/run/netns/" + host.Name, "/usr/bin/gobgpd", "-f", _file, "-t", "toml", "--api-hosts", Api, "--pprof-disable"])
        {
            UseShellExecute = false,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        }) ?? throw new InvalidOperationException("gobgpd does not start");
        _process.OutputDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public string Ask(params string[] words)
    {
        var (_, output, errors) = _host.TryRun("/usr/bin/gobgp", words);
        return output + errors;
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        File.Delete(_file);
    }
}
