using System.CommandLine;
using System.Formats.Tar;
using System.Globalization;
using System.IO.Compression;
using Calico.Ctl.NodeProcess;

namespace Calico.Ctl.Commands;

/// <summary><c>calicoctl node diags</c>: what helps to find a fault, in one archive.</summary>
internal sealed class NodeDiagsCommand(Terminal terminal)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);

    /// <summary>What the kernel has, by the programs that show it; one that is not installed is said and left out.</summary>
    private static readonly (string File, string What, string[] Command)[] Programs =
    [
        ("links", "interfaces", ["ip", "-d", "-s", "link"]),
        ("addresses", "addresses", ["ip", "address"]),
        ("ipv4_route", "routes (IPv4)", ["ip", "-4", "route", "show", "table", "all"]),
        ("ipv6_route", "routes (IPv6)", ["ip", "-6", "route", "show", "table", "all"]),
        ("ipv4_rule", "routing rules (IPv4)", ["ip", "-4", "rule"]),
        ("ipv6_rule", "routing rules (IPv6)", ["ip", "-6", "rule"]),
        ("neighbours", "neighbours", ["ip", "neigh"]),
        ("sockets", "sockets", ["ss", "-tunap"]),
        ("nft_ruleset", "nftables", ["nft", "list", "ruleset"]),
        ("iptables", "iptables", ["iptables-save", "-c"]),
        ("sysctls", "network settings", ["sysctl", "-a", "--pattern", "^net\\.(ipv4|ipv6|netfilter)"]),
        ("docker_networks", "Docker's networks", ["docker", "network", "ls", "--no-trunc"]),
        ("docker_containers", "Docker's containers", ["docker", "ps", "-a", "--no-trunc"]),
    ];

    private static readonly (string File, string What, string Question)[] Questions =
    [
        ("node_status.json", "the node's status", "/status"),
        ("node_denials.json", "denials", "/denials"),
        ("node_metrics.txt", "metrics", "/metrics"),
    ];

    private readonly Option<string> _logs = new("--log-dir") { Description = "Where the node's log is.", DefaultValueFactory = _ => "/var/log/calico" };

    public static Command Build(GlobalOptions globals)
    {
        var diags = new NodeDiagsCommand(globals.Terminal);
        var command = new Command("diags", "Collect the node's log and status and the state of the kernel into one archive. No password is among it.") { diags._logs };
        return command.Runs(globals.Terminal, diags.RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var folder = Directory.CreateTempSubdirectory("calico").FullName;
        await terminal.Out.WriteLineAsync($"Collecting diagnostics\nUsing temp dir: {folder}");
        var parts = Directory.CreateDirectory(Path.Combine(folder, "diagnostics")).FullName;
        foreach (var (file, what, command) in Programs)
        {
            await terminal.Out.WriteLineAsync($"Dumping {what}");
            await RunAsync(command, Path.Combine(parts, file), cancellation);
        }

        foreach (var (file, what, question) in Questions)
        {
            await terminal.Out.WriteLineAsync($"Asking for {what}");
            await File.WriteAllBytesAsync(Path.Combine(parts, file), await AskAsync(question, cancellation), cancellation);
        }

        await CopyLogsAsync(parsed.GetRequiredValue(_logs), Path.Combine(parts, "logs"));
        var archive = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"diags-{terminal.Time.GetUtcNow():yyyyMMdd_HHmmss}.tar.gz"));
        await PackAsync(parts, archive, cancellation);
        Directory.Delete(parts, recursive: true);
        await terminal.Out.WriteLineAsync($"Diags saved to {archive}");
        return 0;
    }

    /// <summary>The program's output, or why there is none, is what the file holds.</summary>
    private async Task RunAsync(string[] command, string file, CancellationToken cancellation)
    {
        var program = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append("/usr/sbin").Append("/sbin")
            .Select(folder => Path.Combine(folder, command[0])).FirstOrDefault(File.Exists);
        if (program is null)
        {
            await File.WriteAllTextAsync(file, $"{command[0]} is not installed\n", cancellation);
            return;
        }

        var process = DetachedProcess.Start(program, command.Skip(1), ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C"], file);
        var began = terminal.Time.GetTimestamp();
        while (!process.HasEnded(out _))
        {
            if (terminal.Time.GetElapsedTime(began) > Patience)
            {
                _ = Libc.Signal(process.Id, Libc.Terminate);
                await File.AppendAllTextAsync(file, $"\n{command[0]} did not end within {Patience.TotalSeconds} s\n", cancellation);
                return;
            }

            await Task.Delay(Poll, terminal.Time, cancellation);
        }
    }

    private async Task<byte[]> AskAsync(string question, CancellationToken cancellation)
    {
        try
        {
            return await terminal.Node.GetAsync(question, cancellation);
        }
        catch (CommandException e)
        {
            return System.Text.Encoding.UTF8.GetBytes(e.Message + "\n");
        }
    }

    private async Task CopyLogsAsync(string from, string to)
    {
        Directory.CreateDirectory(to);
        if (!Directory.Exists(from))
            return;

        await terminal.Out.WriteLineAsync($"Copying {from}");
        foreach (var log in Directory.EnumerateFiles(from, "*.log"))
        {
            try
            {
                File.Copy(log, Path.Combine(to, Path.GetFileName(log)));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                await terminal.Error.WriteLineAsync($"{log} is left out: {e.Message}");
            }
        }
    }

    private static async Task PackAsync(string folder, string archive, CancellationToken cancellation)
    {
        await using var file = new FileStream(archive, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        await using var packed = new GZipStream(file, CompressionLevel.Fastest);
        await TarFile.CreateFromDirectoryAsync(folder, packed, includeBaseDirectory: true, cancellation);
    }
}
