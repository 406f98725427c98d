using System.CommandLine;
using System.Text.Json;
using Calico.Ctl.Output;
using Calico.Model.Hosts;
using Calico.Model.Store;

namespace Calico.Ctl.Commands;

/// <summary><c>calicoctl bgp …</c>: sessions of the whole cluster, and this host's routes.</summary>
internal static class BgpCommands
{
    public static Command Build(GlobalOptions globals) => new("bgp", "Look into BGP: sessions of all nodes, and the routes of this one.")
    {
        Peers(globals),
        Routes(globals.Terminal),
        Why(globals.Terminal),
        Monitor(globals.Terminal),
    };

    private static Command Peers(GlobalOptions globals)
    {
        var output = new Option<string?>("--output", "-o") { Description = "wide: with numbers and the last error; json: all of it." };
        var node = new Option<string?>("--node") { Description = "Only the sessions of this node." };
        var command = new Command("peers", "Show the BGP sessions of every node, from any host.") { output.AcceptOnlyFromAmong("wide", "json"), node };
        return command.Runs(globals.Terminal, async (parsed, cancellation) =>
        {
            await using var cluster = globals.Open(parsed);
            var listing = await cluster.Store.ListAsync(StoreKeys.Statuses, cancellation);
            var statuses = listing.Items
                .Select(item => JsonSerializer.Deserialize(item.Value.Span, ModelJson.Default.NodeStatus))
                .OfType<NodeStatus>()
                .Where(status => parsed.GetValue(node) is not { } wanted || wanted == status.Node)
                .OrderBy(status => status.Node, StringComparer.Ordinal)
                .ToList();
            await globals.Terminal.Out.WriteAsync(parsed.GetValue(output) switch
            {
                "json" => JsonSerializer.Serialize([.. statuses], ModelJson.Default.NodeStatusArray) + "\n",
                var form => PeerTable.Write(statuses, isWide: form == "wide", globals.Terminal.Time),
            });
            return 0;
        });
    }

    private static Command Routes(Terminal terminal)
    {
        var prefix = new Argument<string?>("prefix") { Description = "Only the paths to this prefix.", Arity = ArgumentArity.ZeroOrOne };
        var received = new Option<string?>("--received") { Description = "What this peer (name or address) has sent, also what the policy refuses.", HelpName = "peer" };
        var advertised = new Option<string?>("--advertised") { Description = "What this peer has been told.", HelpName = "peer" };
        var output = new Option<string?>("--output", "-o") { Description = "json: all of it." };
        var command = new Command("routes", "Show the BGP paths that this host's calico-node knows.") { prefix, received, advertised, output.AcceptOnlyFromAmong("json") };
        return command.Runs(terminal, async (parsed, cancellation) =>
        {
            var query = string.Join('&', new[] { ("prefix", parsed.GetValue(prefix)), ("received", parsed.GetValue(received)), ("advertised", parsed.GetValue(advertised)) }
                .Where(field => field.Item2 is not null).Select(field => $"{field.Item1}={Uri.EscapeDataString(field.Item2 ?? "")}"));
            var body = await terminal.Node.GetAsync($"/bgp/routes?{query}", cancellation);
            var paths = JsonSerializer.Deserialize(body, ModelJson.Default.BgpPathArray) ?? [];
            await terminal.Out.WriteAsync(parsed.GetValue(output) is null ? PathTable.Write(paths) : JsonSerializer.Serialize(paths, ModelJson.Default.BgpPathArray) + "\n");
            return 0;
        });
    }

    private static Command Why(Terminal terminal)
    {
        var prefix = new Argument<string>("prefix") { Description = "Such as 192.168.1.0/26." };
        var command = new Command("why", "Say why a prefix goes where it goes: every path, which step of the decision it lost by, and what the kernel holds.") { prefix };
        return command.Runs(terminal, async (parsed, cancellation) =>
        {
            var body = await terminal.Node.GetAsync($"/bgp/why?prefix={Uri.EscapeDataString(parsed.GetValue(prefix) ?? "")}", cancellation);
            if (JsonSerializer.Deserialize(body, ModelJson.Default.BgpExplanation) is { } explanation)
                await terminal.Out.WriteAsync(PathTable.Write(explanation));
            return 0;
        });
    }

    private static Command Monitor(Terminal terminal)
    {
        var follow = new Option<bool>("--follow", "-f") { Description = "Go on until interrupted; without it the state now is shown once." };
        var command = new Command("monitor", "Show sessions and routes of this host as they change.") { follow };
        return command.Runs(terminal, async (parsed, cancellation) =>
        {
            await foreach (var line in terminal.Node.LinesAsync("/bgp/events", parsed.GetValue(follow) ? null : TimeSpan.FromSeconds(1), cancellation))
            {
                if (JsonSerializer.Deserialize(line, ModelJson.Default.BgpEvent) is { } happened)
                    await terminal.Out.WriteLineAsync($"{TimeZoneInfo.ConvertTime(happened.At, terminal.Time.LocalTimeZone):HH:mm:ss.fff} {happened.What}");
                await terminal.Out.FlushAsync(cancellation);
            }

            return 0;
        });
    }
}
