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
        Restart(globals.Terminal),
        CheckSystem(globals.Terminal),
        NodeDenialsCommand.Build(globals.Terminal),
        NodeDiagsCommand.Build(globals),
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
            using var engine = HostEngine.OfHost();
            if (await engine.FindContainerAsync(ContainerLaunch.Name, cancellation) is { } container)
            {
                await engine.StopAsync(ContainerLaunch.Name, cancellation);
                if ((bool?)container["State"]?["Running"] is true)
                {
                    await terminal.Out.WriteLineAsync($"Calico node stopped (it was container {ContainerLaunch.Name})");
                    return 0;
                }
            }

            if (status is null)
            {
                await terminal.Out.WriteLineAsync("Calico process is not running.");
                return 0;
            }

            if (RunningNode.UnitOf(status.Pid) is { } unit)
                throw new CommandException($"calico-node (process {status.Pid}) is run by systemd, which would start it again at once: systemctl stop {unit}");

            await NodeStop.RunAsync(status.Pid, terminal.Time, cancellation);
            await terminal.Out.WriteLineAsync($"Calico node stopped (it was process {status.Pid})");
            return 0;
        });
    }

    private static Command Restart(Terminal terminal)
    {
        var command = new Command("restart", "Stop this host's calico-node and start it as it was started, as its program now is; traffic flows on.");
        return command.Runs(terminal, async (_, cancellation) =>
        {
            var socket = StatusSocket.OfHost();
            var (status, problem) = await socket.AskAsync(cancellation);
            if (status is null)
                throw new CommandException($"calico-node is not running ({problem}); start it with: calicoctl node run");

            var launch = RunningNode.LaunchOf(status.Pid);
            await NodeStop.RunAsync(status.Pid, terminal.Time, cancellation);
            return await new NodeStart(terminal, socket).RunAsync(launch, cancellation);
        });
    }

    private static Command CheckSystem(Terminal terminal)
    {
        var detection = NodeRunCommand.Method("--ip-autodetection-method", "IPv4");
        var detection6 = NodeRunCommand.Method("--ip6-autodetection-method", "IPv6");
        var kernel = new Option<string?>("--kernel-config", "-f") { Description = "Accepted as Calico's option; the kernel itself is asked." };
        var command = new Command("checksystem", "Tell whether this host can be a node, under which name and address, and which addresses there are to choose from.") { detection, detection6, kernel };
        return command.Runs(terminal, (parsed, _) =>
        {
            var variables = new Dictionary<string, string>();
            if (parsed.GetValue(detection) is { } method)
                variables["IP_AUTODETECTION_METHOD"] = method;
            if (parsed.GetValue(detection6) is { } method6)
                variables["IP6_AUTODETECTION_METHOD"] = method6;
            return Task.FromResult(new NodeLaunch { Program = NodeProgram.Find(), Arguments = ["--check"], Variables = variables, Log = "" }.BecomeIt());
        });
    }
}
