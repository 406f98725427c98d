using System.Diagnostics;
using Calico.Lab.Tests.Netlink;

namespace Calico.Lab.Tests.Bgp;

/// <summary>A router's programs inside a network namespace, with a folder of their own for their files.</summary>
internal abstract class RouterDaemon : IDisposable
{
    private readonly FreshNamespace _host;
    private readonly RouterRoot _root;
    private readonly string _folder = $"/tmp/calico-router-{Path.GetRandomFileName()}"; // as the programs see it
    private readonly Dictionary<string, Process> _running = [];
    private readonly List<string> _said = [];

    protected RouterDaemon(FreshNamespace host, RouterRoot? root = null)
    {
        _host = host;
        _root = root ?? RouterRoot.Machine;
        Directory.CreateDirectory(_root.Path + _folder);
        File.SetUnixFileMode(_root.Path + _folder, (UnixFileMode)0b111_111_111); // FRR gives up root
    }

    protected string Folder => _folder;

    protected RouterRoot Root => _root;

    /// <summary>All that the programs have printed.</summary>
    public string Said
    {
        get
        {
            lock (_said)
                return string.Join('\n', _said);
        }
    }

    /// <summary>For a test that fails: what the router knows and has said.</summary>
    public abstract string Everything { get; }

    public void Dispose()
    {
        foreach (var program in _running.Keys.ToList())
            End(program);
        Directory.Delete(_root.Path + _folder, recursive: true);
    }

    /// <summary>The path of a file, as the programs see it.</summary>
    protected string In(string file) => $"{_folder}/{file}";

    protected void Write(string file, string text) => File.WriteAllText(_root.Path + In(file), text);

    /// <param name="name">By which it is ended.</param>
    protected void Start(string name, string program, params IEnumerable<string> arguments)
    {
        var process = new Process
        {
            StartInfo = new ProcessStartInfo("/usr/bin/nsenter", [$"--net=/run/netns/{_host.Name}", .. _root.Command(program, arguments)])
            {
                RedirectStandardError = true,
                RedirectStandardOutput = true,
            },
        };
        process.OutputDataReceived += (_, line) => Note(line.Data);
        process.ErrorDataReceived += (_, line) => Note(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        _running[name] = process;
    }

    /// <summary>SIGKILL: no word to any peer.</summary>
    protected void End(string name)
    {
        if (!_running.Remove(name, out var process))
            return;

        process.Kill();
        process.WaitForExit();
        process.Dispose();
    }

    protected void Signal(string name, string signal) => _host.Run("/bin/kill", "-s", signal, $"{_running[name].Id}");

    /// <returns>False if it has not ended by itself after 20 s.</returns>
    protected bool AwaitExit(string name) => _running[name].WaitForExit(TimeSpan.FromSeconds(20));

    protected string Run(string program, params IEnumerable<string> arguments)
    {
        var command = _root.Command(program, arguments);
        var (_, output, errors) = _host.TryRun(command[0], command[1..]);
        return output + errors;
    }

    private void Note(string? line)
    {
        lock (_said)
            _said.Add(line ?? "");
    }
}
