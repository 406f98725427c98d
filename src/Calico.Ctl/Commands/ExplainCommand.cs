using System.CommandLine;
using Calico.Calc.Evaluation;
using Calico.Ctl.Input;
using Calico.Ctl.NodeProcess;
using Calico.Ctl.Policy;
using Calico.Model.Store;
using Calico.Model.Values;

namespace Calico.Ctl.Commands;

/// <summary><c>calicoctl explain</c>: would this packet pass, and which rule says so.</summary>
internal sealed class ExplainCommand(GlobalOptions globals)
{
    private readonly Argument<string> _from = new("from") { Description = "A container, endpoint, network set, prefix or address." };
    private readonly Argument<string> _to = new("to") { Description = "Likewise." };
    private readonly Option<string?> _protocol = new("--protocol", "-p") { Description = "tcp, udp, sctp, icmp, … or a number (default: tcp with a port, else a ping)." };
    private readonly Option<ushort?> _port = new("--port") { Description = "The destination's port." };
    private readonly Option<ushort?> _sourcePort = new("--source-port") { Description = "The sender's port (default: one of those that clients are given)." };
    private readonly Option<byte?> _type = new("--icmp-type") { Description = "Of ICMP (default: an echo request)." };
    private readonly Option<byte> _code = new("--icmp-code") { Description = "Of ICMP." };
    private readonly Option<int?> _version = new("--ip-version") { Description = "4 or 6 (default: each that both ends have)." };
    private readonly Option<bool> _staged = new("--staged") { Description = "As if every staged policy were enforced." };
    private readonly Option<string?> _at = new("--at") { Description = "As it was then: a revision of the datastore, a time, or how long ago (30m).", HelpName = "when" };

    private readonly Option<string[]> _files = new("--filename", "-f")
    {
        Description = "Explain by the resources in this file or folder, not by the datastore's.",
        HelpName = "file",
    };

    public static Command Build(GlobalOptions globals)
    {
        var explain = new ExplainCommand(globals);
        var command = new Command("explain", "Say whether policy lets a flow through at both its ends, by which rule and why; exits 0 if allowed, 1 if denied.")
        {
            explain._from, explain._to, explain._protocol, explain._port, explain._sourcePort, explain._type, explain._code, explain._version,
            explain._staged, explain._at, explain._files,
        };
        return command.Runs(globals.Terminal, explain.RunAsync, failure: 2);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var terminal = globals.Terminal;
        var question = Question(parsed);
        var sources = await SourcesAsync(parsed, cancellation);
        var policy = new ClusterPolicy(sources.Resources, parsed.GetValue(_staged));
        var ends = new FlowEnds(policy);
        var (from, to) = (parsed.GetRequiredValue(_from), parsed.GetRequiredValue(_to));
        var (starts, targets) = (Single(from, ends.Find(from)), Single(to, ends.Find(to)));
        var explanation = new Explanation(policy, sources.Places);
        var flows = 0;
        foreach (var (source, target) in starts.SelectMany(_ => targets, (source, target) => (source, target)))
        {
            foreach (var pair in FlowEnd.Pairs(source, target).Where(pair => question.IsAbout(pair.Source)))
            {
                flows++;
                var packet = question.Between(pair.Source, pair.Destination);
                explanation.Add(source, target, question, packet);
                if (parsed.GetValue(_files) is not { Length: > 0 } && parsed.GetValue(_at) is null)
                    await AddPathAsync(explanation, packet, [source, target], cancellation);
            }
        }

        if (flows == 0)
            throw new CommandException($"{from} and {to} have no address family in common{(question.IpVersion is { } version ? $" that is IPv{version}" : "")}");

        foreach (var problem in policy.Problems)
            await terminal.Error.WriteLineAsync($"Warning: {problem}");
        await terminal.Out.WriteAsync($"{explanation}\n{(explanation.IsAllowed ? "Allowed" : "Denied")}\n");
        return explanation.IsAllowed ? 0 : 1;
    }

    /// <summary>What the host that the command runs on has in the packet's way.</summary>
    private static async Task AddPathAsync(Explanation explanation, Packet packet, FlowEnd[] ends, CancellationToken cancellation)
    {
        var question = $"/path?from={packet.Source}&to={packet.Destination}&protocol={packet.Protocol.Number}&port={packet.DestinationPort}";
        var (report, problem) = await StatusSocket.OfHost().AskAsync(question, ModelJson.Default.PathReport, StatusSocket.Usual, cancellation);
        var nodes = ends.Select(end => end.Endpoint?.Node).OfType<string>().Where(node => node.Length > 0).Distinct(StringComparer.Ordinal).ToList();
        if (report is null)
            explanation.AddNote($"On the way: not looked at, as calico-node does not answer on this host ({problem}).");
        else if (nodes.Count > 0 && !nodes.Contains(report.Node))
            explanation.AddNote($"On the way: not looked at, as this host, {report.Node}, is at neither end: run the command on {string.Join(" or ", nodes)}.");
        else
            explanation.AddPath(report, nodes.Where(node => node != report.Node));
    }

    private async Task<PolicySources> SourcesAsync(ParseResult parsed, CancellationToken cancellation)
    {
        if (parsed.GetValue(_files) is { Length: > 0 } files)
            return PolicySources.OfFiles(files, globals.Terminal.In);

        await using var cluster = globals.Open(parsed);
        var revision = parsed.GetValue(_at) is { } when ? await Moment.Parse("--at", when, globals.Terminal.Time).RevisionAsync(cluster, globals.Terminal.Error, cancellation) : (long?)null;
        return await PolicySources.OfStoreAsync(cluster, globals.Terminal.Error, revision, cancellation);
    }

    /// <summary>The parts of a prefix or set, or the one endpoint of the name.</summary>
    private static IReadOnlyList<FlowEnd> Single(string text, IReadOnlyList<FlowEnd> found)
    {
        var endpoints = found.Where(end => end.Endpoint is not null && end.Name == end.Endpoint.Title).ToList();
        return endpoints.Count > 1
            ? throw new CommandException($"'{text}' is more than one endpoint: give one of {string.Join(", ", endpoints.Select(end => $"{end.Endpoint?.Name} ({string.Join(", ", end.Addresses)})"))}")
            : found;
    }

    private FlowQuestion Question(ParseResult parsed)
    {
        Protocol? protocol = null;
        if (parsed.GetValue(_protocol) is { } text)
        {
            protocol = FlowQuestion.TryProtocol(text, out var known)
                ? known
                : throw new CommandException($"--protocol '{text}' is not a protocol: tcp, udp, sctp, icmp, icmpv6, udplite or a number from 1 to 255");
        }

        var port = parsed.GetValue(_port);
        if (port is null && protocol is { HasPorts: true })
            throw new CommandException($"give --port with --protocol {protocol}");
        if (port is not null && protocol is { HasPorts: false })
            throw new CommandException($"--port means nothing with --protocol {protocol}");

        return new()
        {
            Protocol = protocol ?? (port is null ? null : Protocol.Tcp),
            Port = port ?? 0,
            SourcePort = parsed.GetValue(_sourcePort),
            IcmpType = parsed.GetValue(_type),
            IcmpCode = parsed.GetValue(_code),
            IpVersion = parsed.GetValue(_version),
        };
    }
}
