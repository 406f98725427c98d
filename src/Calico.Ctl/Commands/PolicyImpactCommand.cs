using System.CommandLine;
using Calico.Ctl.NodeProcess;
using Calico.Ctl.Policy;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Calico.Model.Store;

namespace Calico.Ctl.Commands;

/// <summary><c>calicoctl policy impact</c>: what a staged policy would do if it were enforced.</summary>
internal sealed class PolicyImpactCommand(GlobalOptions globals)
{
    private readonly Argument<string> _name = new("name") { Description = "Of a StagedGlobalNetworkPolicy, or with -n of a StagedNetworkPolicy." };

    public static Command Build(GlobalOptions globals)
    {
        var impact = new PolicyImpactCommand(globals);
        var command = new Command("impact", "Show what a staged policy would deny: among the packets this host has seen, and among all pairs of endpoints.") { impact._name };
        var ns = NamespaceOption.AddTo(command);
        return command.Runs(globals.Terminal, (parsed, cancellation) => impact.RunAsync(parsed, parsed.GetValue(ns), cancellation));
    }

    private async Task<int> RunAsync(ParseResult parsed, string? ns, CancellationToken cancellation)
    {
        var name = parsed.GetRequiredValue(_name);
        var id = string.IsNullOrEmpty(ns) ? new ResourceId(Kinds.StagedGlobalNetworkPolicy, Namespace: null, name) : new(Kinds.StagedNetworkPolicy, ns, name);
        await using var cluster = globals.Open(parsed);
        var sources = await PolicySources.OfStoreAsync(cluster, globals.Terminal.Error, revision: null, cancellation);
        if (sources.Resources.OfType<Resource<PolicySpec>>().FirstOrDefault(policy => ResourceId.Of(policy) == id) is not { } staged)
            throw new CommandException($"resource does not exist: {id}: a staged policy is previewed; for any other files use calicoctl policy diff");

        await ReportSeenAsync(id, cancellation);
        await ReportPairsAsync(sources, staged);
        return 0;
    }

    /// <summary>From the node's own list: what passed and would not have.</summary>
    private async Task ReportSeenAsync(ResourceId id, CancellationToken cancellation)
    {
        var output = globals.Terminal.Out;
        var (list, problem) = await StatusSocket.OfHost().AskAsync("/denials", ModelJson.Default.DenialList, StatusSocket.Usual, cancellation);
        if (list is null)
        {
            await output.WriteLineAsync($"Packets seen: not known, as calico-node does not answer on this host ({problem}).");
            return;
        }

        var seen = list.Denials.Where(denial => denial.IsStaged && denial.Policy == id.ToString()).ToList();
        await output.WriteLineAsync(seen.Count == 0
            ? "Packets seen on this host: none that it would have denied."
            : $"Packets seen on this host that it would have denied ({seen.Sum(denial => denial.Count)}):");
        foreach (var denial in seen)
            await output.WriteLineAsync($"  {denial.Count}x  {NodeDenialsCommand.Describe(denial)}");
    }

    /// <summary>By the resources alone: this policy enforced against none.</summary>
    private async Task ReportPairsAsync(PolicySources sources, Resource<PolicySpec> staged)
    {
        var output = globals.Terminal.Out;
        var enforced = sources.Resources.Where(resource => resource.Kind != Kinds.StagedGlobalNetworkPolicy && resource.Kind != Kinds.StagedNetworkPolicy).ToList();
        var diff = new PolicyDiff(new(enforced), new(enforced.Append(staged), isPreview: true));
        var changes = diff.Changes();
        await output.WriteLineAsync(changes.Count == 0 ? "Pairs: nothing would change." : "Pairs that would become allowed (+) or denied (-):");
        foreach (var change in changes)
            await output.WriteLineAsync($"  {(change.IsAllowed ? '+' : '-')} {change.From} -> {change.To}  {change.Traffic}");
    }
}
