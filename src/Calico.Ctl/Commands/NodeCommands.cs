using System.CommandLine;
using System.Text.Json;
using Calico.Ctl.NodeProcess;
using Calico.Model.Store;

namespace Calico.Ctl.Commands;

/// <summary><c>calicoctl node …</c>: this host's calico-node.</summary>
internal static class NodeCommands
{
    public static Command Build(GlobalOptions globals) => new("node", "Start, stop and look at the calico-node of this host.")
    {
        NodeRunCommand.Build(globals),
        Status(globals.Terminal),
        Stop(globals.Terminal),
        NodeDenialsCommand.Build(globals.Terminal),
    };

    private static Command Status(Terminal terminal)
    {
        var output = new Option<string?>("--output", "-o") { Description = "json: the status as the node gives it." };
        var command = new Command("status", "Show whether calico-node runs here and which BGP peers it has. Needs no root.") { output.AcceptOnlyFromAmong("json") };
        return command.Runs(terminal, async (parsed, cancellation) =>
        {
            var (status, problem) = await StatusSocket.OfHost().AskAsync(cancellation);
            if (status is null)
            {
                await terminal.Error.WriteLineAsync($"Calico process is not running.\n({problem}; start it with: calicoctl node run)");
                return 1;
            }

            var text = parsed.GetValue(output) is null
                ? StatusReport.Write(status, terminal.Time)
                : JsonSerializer.Serialize(status, ModelJson.Default.NodeStatus) + "\n";
            await terminal.Out.WriteAsync(text);
            return 0;
        });
    }

    private static Command Stop(Terminal terminal)
    {
        var command = new Command("stop", "Stop this host's calico-node; routes and policy stay in the kernel, traffic flows on.");
        return command.Runs(terminal, async (_, cancellation) =>
        {
            var (status, _) = await StatusSocket.OfHost().AskAsync(cancellation);
            if (status is null)
            {
                await terminal.Out.WriteLineAsync("Calico process is not running.");
                return 0;
            }

            await NodeStop.RunAsync(status.Pid, terminal.Time, cancellation);
            await terminal.Out.WriteLineAsync($"Calico node stopped (it was process {status.Pid})");
            return 0;
        });
    }
}
