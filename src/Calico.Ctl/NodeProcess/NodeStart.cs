using Calico.Model.Hosts;

namespace Calico.Ctl.NodeProcess;

/// <summary>Starts calico-node in the background and waits until it answers.</summary>
internal sealed class NodeStart(Terminal terminal, StatusSocket socket)
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);

    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <returns>The exit status: 0 if the node runs and is ready, also if it did before.</returns>
    /// <exception cref="CommandException">It cannot be started, ended at once, or is not ready in time.</exception>
    public async Task<int> RunAsync(INodeLaunch launch, CancellationToken cancellation)
    {
        var (status, _) = await socket.AskAsync(cancellation);
        if (status is not null)
        {
            await terminal.Out.WriteLineAsync($"Calico node is already running (process {status.Pid}, node {status.Node})");
            return 0;
        }

        await terminal.Out.WriteLineAsync($"Running command to start calico-node:\n\n{launch.CommandLine}\n");
        var node = await launch.StartAsync(cancellation);
        var began = terminal.Time.GetTimestamp();
        for (var isPatient = true; terminal.Time.GetElapsedTime(began) < Patience; await Task.Delay(Poll, terminal.Time, cancellation))
        {
            if (await node.EndingAsync(cancellation) is { } how)
            {
                var words = await node.LastWordsAsync(cancellation);
                await node.ClearAsync(cancellation);
                throw new CommandException($"calico-node {how}. The end of its log, {node.Log}:\n{words}");
            }

            (status, _) = await socket.AskAsync(cancellation);
            if (status is { Ready: true })
            {
                await terminal.Out.WriteLineAsync($"Calico node started successfully\nIts log is {node.Log}");
                return 0;
            }

            if (isPatient && terminal.Time.GetElapsedTime(began) > Silence)
            {
                isPatient = false;
                await terminal.Out.WriteLineAsync($"Waiting: {(status is null ? "calico-node does not answer yet" : Missing(status))}");
            }
        }

        throw new CommandException(status is null
            ? $"calico-node ({node.Name}) does not answer at {socket.Path}. The end of its log, {node.Log}:\n{await node.LastWordsAsync(cancellation)}"
            : $"calico-node ({node.Name}) runs but is not ready: {Missing(status)}\nIt keeps trying; see calicoctl node status and {node.Log}");
    }

    /// <summary>What keeps it from being ready: a node in sync with its store may yet be unable to bring the kernel in line.</summary>
    private static string Missing(NodeStatus status) => status.Problems.Count == 0
        ? status.Datastore
        : $"{status.Datastore}, with {status.Problems.Count} problem(s):\n  {string.Join("\n  ", status.Problems)}";
}
