using Calico.Model.Hosts;

namespace Calico.Ctl.NodeProcess;

/// <summary>Starts calico-node in the background and waits until it answers.</summary>
internal sealed class NodeStart(Terminal terminal, StatusSocket socket)
{
    private const int LogLines = 20;

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);

    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <returns>The exit status: 0 if the node runs and is ready, also if it did before.</returns>
    /// <exception cref="CommandException">It cannot be started, ended at once, or is not ready in time.</exception>
    public async Task<int> RunAsync(NodeLaunch launch, CancellationToken cancellation)
    {
        var (status, _) = await socket.AskAsync(cancellation);
        if (status is not null)
        {
            await terminal.Out.WriteLineAsync($"Calico node is already running (process {status.Pid}, node {status.Node})");
            return 0;
        }

        await terminal.Out.WriteLineAsync($"Running command to start calico-node:\n\n{launch.CommandLine}\n");
        var logStart = File.Exists(launch.Log) ? new FileInfo(launch.Log).Length : 0;
        var process = Start(launch);
        var began = terminal.Time.GetTimestamp();
        for (var isPatient = true; terminal.Time.GetElapsedTime(began) < Patience; await Task.Delay(Poll, terminal.Time, cancellation))
        {
            if (process.HasEnded(out var how))
                throw new CommandException($"calico-node {how}. The end of its log, {launch.Log}:\n{LogTail(launch.Log, logStart)}");

            (status, _) = await socket.AskAsync(cancellation);
            if (status is { Ready: true })
            {
                await terminal.Out.WriteLineAsync($"Calico node started successfully\nIts log is {launch.Log}");
                return 0;
            }

            if (isPatient && terminal.Time.GetElapsedTime(began) > Silence)
            {
                isPatient = false;
                await terminal.Out.WriteLineAsync($"Waiting: {(status is null ? "calico-node does not answer yet" : Missing(status))}");
            }
        }

        throw new CommandException(status is null
            ? $"calico-node (process {process.Id}) does not answer at {socket.Path}. The end of its log, {launch.Log}:\n{LogTail(launch.Log, logStart)}"
            : $"calico-node (process {process.Id}) runs but is not ready: {Missing(status)}\nIt keeps trying; see calicoctl node status and {launch.Log}");
    }

    /// <summary>What keeps it from being ready: a node in sync with its store may yet be unable to bring the kernel in line.</summary>
    private static string Missing(NodeStatus status) => status.Problems.Count == 0
        ? status.Datastore
        : $"{status.Datastore}, with {status.Problems.Count} problem(s):\n  {string.Join("\n  ", status.Problems)}";

    private static DetachedProcess Start(NodeLaunch launch)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(launch.Log) ?? "/");
            return DetachedProcess.Start(launch);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"calico-node cannot be started: {e.Message}");
        }
    }

    /// <summary>The last lines that were written after the given length.</summary>
    private static string LogTail(string path, long start)
    {
        try
        {
            using var log = File.OpenText(path);
            log.BaseStream.Seek(start, SeekOrigin.Begin);
            var lines = log.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).TakeLast(LogLines);
            return string.Join('\n', lines.Select(NodeLogLine.Read).DefaultIfEmpty("(nothing)"));
        }
        catch (IOException e)
        {
            return e.Message;
        }
    }
}
