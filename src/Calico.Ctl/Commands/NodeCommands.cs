using System.CommandLine;
using System.Text.Json;
using Calico.Ctl.NodeProcess;
using Calico.Model.Store;

namespace Calico.Ctl.Commands;

/// <summary><c>calicoctl node …</c>: this host's calico-node.</summary>
internal static class NodeCommands
{
    public static Command Build(Terminal terminal) => new("node", "Start, stop and look at the calico-node of this host.")
    {
        Status(terminal),
    };

    private static Command Status(Terminal terminal)
    {
        var output = new Option<string>("--output", "-o") { Description = "json: the status as the node gives it." }.AcceptOnlyFromAmong("json");
        var command = new Command("status", "Show whether calico-node runs here and which BGP peers it has. Needs no root.") { output };
        return command.Runs(terminal, async (parsed, cancellation) =>
        {
            var socket = StatusSocket.OfHost();
            var (status, problem) = await socket.AskAsync(cancellation);
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
}
