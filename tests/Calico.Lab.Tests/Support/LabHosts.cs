using System.Globalization;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Calico.Lab.Machines;
using Calico.Lab.Plan;
using Calico.Lab.State;
using Calico.Lab.Tools;
using Calico.Lab.Verbs;

namespace Calico.Lab.Tests.Support;

/// <summary>A lab of its own for a test: brought up by the program as built, under a name that no other has, and always taken down.</summary>
/// <example><code>
/// await using var lab = await LabHosts.UpAsync(["--hosts", "2", "--tor"], cancel);
/// var pong = await lab.ExecAsync("vms100", ["ping", "-c1", "192.168.26.101"], cancel);
/// </code></example>
public sealed partial class LabHosts : IAsyncDisposable
{
    private static readonly Task _swept = SweepAsync();
    private static int _made;

    private LabHosts(string name) => Name = name;

    public string Name { get; }

    /// <summary>The path of a machine's network namespace.</summary>
    public string NetworkOf(string machine) => $"/run/netns/{Name}-{machine}";

    private static string Program => Path.Combine(AppContext.BaseDirectory, "calico-lab");

    /// <summary>A name for a lab that no other test has; should this process be killed, a later one removes what it left.</summary>
    public static string NewName() => string.Create(CultureInfo.InvariantCulture, $"t{Environment.ProcessId}-{Interlocked.Increment(ref _made)}");

    /// <summary>Brings a lab up with these options of <c>calico-lab up</c>.</summary>
    public static async Task<LabHosts> UpAsync(IEnumerable<string> options, CancellationToken cancel)
    {
        await _swept;
        var lab = new LabHosts(NewName());
        var result = await RunAsync(["up", "--name", lab.Name, .. options], cancel);
        Assert.True(result.Succeeded, result.Said);
        return lab;
    }

    /// <summary>Runs calico-lab with these words as they are.</summary>
    public static Task<ToolResult> RunAsync(IEnumerable<string> words, CancellationToken cancel, string? input = null) =>
        Tool.RunAsync([Program, .. words], input, cancel);

    /// <summary>Runs one of the verbs that take <c>--name</c> on this lab.</summary>
    public Task<ToolResult> DoAsync(IReadOnlyList<string> words, CancellationToken cancel) => RunAsync([words[0], "--name", Name, .. words.Skip(1)], cancel);

    /// <summary>Runs a command on a machine, whatever its exit status: as <c>calico-lab exec</c> does, without a program started for it.</summary>
    public async Task<ToolResult> ExecAsync(string machine, IReadOnlyList<string> command, CancellationToken cancel, string? input = null)
    {
        try
        {
            return await Tool.RunAsync(ExecVerb.CommandLine(new(Name), machine, command, directory: "/"), input, cancel);
        }
        catch (LabException e)
        {
            return new(ExitStatus: 1, Output: "", e.Message);
        }
    }

    /// <summary>Runs a shell line on a machine that must succeed, and returns what it printed.</summary>
    public async Task<string> ShellAsync(string machine, string line, CancellationToken cancel)
    {
        var result = await ExecAsync(machine, ["sh", "-c", line], cancel);
        Assert.True(result.Succeeded, $"[{machine}] # {line}\nexit status {result.ExitStatus}\n{result.Said}");
        return result.Output.TrimEnd();
    }

    /// <summary>Runs a shell line on a machine until it succeeds.</summary>
    public async Task<string> EventuallyAsync(string machine, string line, TimeSpan limit, CancellationToken cancel)
    {
        ToolResult? last = null;
        var done = await Waiting.UntilAsync(async token => (last = await ExecAsync(machine, ["sh", "-c", line], token)).Succeeded, limit, cancel);
        Assert.True(done, done ? null : $"[{machine}] # {line}\nstill exit status {last?.ExitStatus} after {limit}\n{last?.Said}\n{await LogsAsync(machine)}");
        return last?.Output.TrimEnd() ?? "";
    }

    /// <summary>A client of what listens on a unix socket of a machine.</summary>
    public HttpClient ClientOf(Machine machine, string socket)
    {
        var path = RunningMachine.Get(new LabFolder(Name), machine).Root + socket;
        return new(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancel) =>
            {
                var connection = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await connection.ConnectAsync(new UnixDomainSocketEndPoint(path), cancel);
                return new NetworkStream(connection, ownsSocket: true);
            },
        });
    }

    /// <summary>How a machine's logs end: they go with the lab, and why what was awaited did not come is told nowhere else.</summary>
    private async Task<string> LogsAsync(string machine) =>
        (await ExecAsync(machine, ["sh", "-c", "tail -v -n 40 /var/log/calico/*.log"], CancellationToken.None)).Said;

    public async ValueTask DisposeAsync()
    {
        var result = await RunAsync(["down", "--name", Name], CancellationToken.None);
        Assert.True(result.Succeeded || result.Said.Contains("there is no lab", StringComparison.Ordinal), result.Said);
    }

    /// <summary>Removes labs of test runs that were killed.</summary>
    private static async Task SweepAsync()
    {
        foreach (var folder in LabFolder.All())
        {
            if (OfTest().Match(folder.Name) is { Success: true } match && !Directory.Exists($"/proc/{match.Groups["process"]}"))
                await RunAsync(["down", "--name", folder.Name], CancellationToken.None);
        }
    }

    [GeneratedRegex("^t(?<process>[0-9]+)-[0-9]+$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex OfTest();
}
