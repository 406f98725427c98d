using System.CommandLine;
using Calico.Ctl.Policy;

namespace Calico.Ctl.Commands;

/// <summary><c>calicoctl policy diff</c>: not what the texts say differently, but what becomes of packets.</summary>
internal sealed class PolicyDiffCommand(GlobalOptions globals)
{
    private const string Live = "live";

    private readonly Argument<string> _first = new("first") { Description = "A file or folder of resources, or 'live': the datastore's." };
    private readonly Argument<string> _second = new("second") { Description = "Likewise." };

    private readonly Option<string[]> _common = new("--filename", "-f")
    {
        Description = "Resources that belong to both, such as the endpoints; 'live' for the datastore's.",
        HelpName = "file",
    };

    public static Command Build(GlobalOptions globals)
    {
        var diff = new PolicyDiffCommand(globals);
        var command = new Command("diff", "Show which pairs of endpoints and ports become allowed (+) or denied (-); exits 0 if none do, 1 if some do.")
        {
            diff._first, diff._second, diff._common,
        };
        return command.Runs(globals.Terminal, diff.RunAsync, failure: 2);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var output = globals.Terminal.Out;
        var common = new PolicySources([], new([]));
        foreach (var name in parsed.GetValue(_common) ?? [])
            common = common.With(await ReadAsync(name, parsed, cancellation));

        var first = common.With(await ReadAsync(parsed.GetRequiredValue(_first), parsed, cancellation));
        var second = common.With(await ReadAsync(parsed.GetRequiredValue(_second), parsed, cancellation));
        var diff = new PolicyDiff(new(first.Resources), new(second.Resources));
        foreach (var unpaired in diff.Unpaired())
            await globals.Terminal.Error.WriteLineAsync($"Notice: {unpaired}: its traffic is not compared");

        var changes = diff.Changes();
        foreach (var change in changes)
            await output.WriteLineAsync($"{(change.IsAllowed ? '+' : '-')} {change.From} -> {change.To}  {change.Traffic}  ({Reason(change, second.Places)})");

        await output.WriteLineAsync(changes.Count == 0
            ? "No packet is treated differently"
            : $"{changes.Count(change => change.IsAllowed)} pair(s) with more allowed, {changes.Count(change => !change.IsAllowed)} with more denied");
        return changes.Count == 0 ? 0 : 1;
    }

    private static string Reason(FlowChange change, RulePlaces places) => change.Decision switch
    {
        { Egress: { IsAllowed: false } egress } => places.Describe(egress),
        { AtSendersHost: { Decision.IsAllowed: false } host } => $"{places.Describe(host.Decision)} at {host}",
        { AtReceiversHost: { Decision.IsAllowed: false } host } => $"{places.Describe(host.Decision)} at {host}",
        { Ingress: { } ingress } => places.Describe(ingress),
        { Egress: { } egress } => places.Describe(egress),
        _ => "no policy stands at either end",
    };

    private async Task<PolicySources> ReadAsync(string name, ParseResult parsed, CancellationToken cancellation)
    {
        if (name != Live)
            return PolicySources.OfFiles([name], globals.Terminal.In);

        await using var cluster = globals.Open(parsed);
        return await PolicySources.OfStoreAsync(cluster, globals.Terminal.Error, revision: null, cancellation);
    }
}
