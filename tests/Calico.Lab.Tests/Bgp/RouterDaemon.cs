using System.Diagnostics;
using Calico.Lab.Tests.Netlink;

namespace Calico.Lab.Tests.Bgp;

/// <summary>A router's program inside a network namespace, with a folder of its own for its files.</summary>
internal sealed class RouterDaemon : IDisposable
{
    private readonly FreshNamespace _host;
    private readonly string _folder = Directory.CreateTempSubdirectory("calico-router-").FullName;
    private readonly List<string> _said = [];
    private readonly Process _process;

    private RouterDaemon(FreshNamespace host, string configuration, Func<string, string[]> command)
    {
        _host = host;
        ConfigurationFile = Path.Combine(_folder, "router.conf");
        File.SetUnixFileMode(_folder, (UnixFileMode)0b111_111_111); // FRR gives up root
        File.WriteAllText(ConfigurationFile, configuration);
        _process = new Process
        {
            StartInfo = new ProcessStartInfo("/usr/bin/nsenter", [$"--net=/run/netns/{host.Name}", .. command(_folder)])
            {
                RedirectStandardError = true,
                RedirectStandardOutput = true,
            },
        };
        _process.OutputDataReceived += (_, line) => Note(line.Data);
        _process.ErrorDataReceived += (_, line) => Note(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public string ConfigurationFile { get; }

    /// <summary>All that the program has printed.</summary>
    public string Said
    {
        get
        {
            lock (_said)
                return string.Join('\n', _said);
        }
    }

    /// <summary>calico-bgpd as built.</summary>
    public static RouterDaemon Ours(FreshNamespace host, string json) => new(
        host, json, folder => [Path.Combine(Root(AppContext.BaseDirectory), "bin/calico-bgpd"), "--config", $"{folder}/router.conf", "--control", $"{folder}/control"]);

    public static RouterDaemon Bird(FreshNamespace host, string configuration) => new(
        host, configuration, folder => ["/usr/sbin/bird", "-f", "-c", $"{folder}/router.conf", "-s", $"{folder}/bird.ctl", "-P", $"{folder}/bird.pid"]);

    /// <summary>FRR's bgpd alone, with no zebra beside it.</summary>
    public static RouterDaemon Frr(FreshNamespace host, string configuration) => new(
        host, configuration, folder => ["/usr/lib/frr/bgpd", "-n", "-Z", "-S", "-P", "0", "-f", $"{folder}/router.conf", "-i", $"{folder}/bgpd.pid", "--vty_socket", folder]);

    public static RouterDaemon GoBgp(FreshNamespace host, string configuration) => new(
        host, configuration, folder => ["/usr/bin/gobgpd", "-f", $"{folder}/router.conf", "--api-hosts", "127.0.0.1:50051", "--pprof-disable"]);

    /// <summary>What our router answers to a command.</summary>
    public string Ask(string command)
    {
        using var socket = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Unspecified);
        try
        {
            socket.Connect(new System.Net.Sockets.UnixDomainSocketEndPoint(Path.Combine(_folder, "control")));
            using var stream = new System.Net.Sockets.NetworkStream(socket);
            stream.Write(System.Text.Encoding.UTF8.GetBytes(command + "\n"));
            using var reader = new StreamReader(stream);
            return reader.ReadLine() ?? "";
        }
        catch (System.Net.Sockets.SocketException e)
        {
            return e.Message; // not there yet
        }
    }

    public string AskBird(string command) => Run("/usr/sbin/birdc", "-s", Path.Combine(_folder, "bird.ctl"), command);

    public string AskFrr(string command) => Run("/usr/bin/vtysh", "--vty_socket", _folder, "-d", "bgpd", "-c", command);

    public string AskGoBgp(params string[] command) => Run("/usr/bin/gobgp", ["-p", "50051", .. command]);

    public void Signal(string name) => Run("/bin/kill", "-s", name, $"{_process.Id}");

    public bool AwaitExit() => _process.WaitForExit(TimeSpan.FromSeconds(20));

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private string Run(string program, params string[] arguments)
    {
        var (_, output, errors) = _host.TryRun(program, arguments);
        return output + errors;
    }

    private void Note(string? line)
    {
        lock (_said)
            _said.Add(line ?? "");
    }

    private static string Root(string folder) =>
        File.Exists(Path.Combine(folder, "Calico.slnx")) ? folder : Root(Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("no Calico.slnx above the tests"));
}
