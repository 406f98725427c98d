using System.CommandLine;
using Calico.Ctl.Input;
using Calico.Ctl.Output;
using Calico.Datastore.Resources;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;

namespace Calico.Ctl.Commands;

/// <summary><c>calicoctl rollback</c>: makes a resource, or all of them, what they were.</summary>
internal sealed class RollbackCommand(GlobalOptions globals)
{
    private readonly Option<string> _to = new("--to") { Description = "A revision, as 'calicoctl history' shows them, a time, or how long ago (30m).", HelpName = "when", Required = true };
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Only say what would be done." };

    public static Command Build(GlobalOptions globals)
    {
        var rollback = new RollbackCommand(globals);
        var command = new Command(
            "rollback", "Make a resource, those of a kind, or all that users write what they were at an earlier time: as they were then, or gone. All of it in one commit, or nothing.")
        {
            rollback._to, rollback._dryRun,
        };
        var named = new NamedResource(command);
        return command.Runs(globals.Terminal, (parsed, cancellation) => rollback.RunAsync(parsed, named.Find(parsed), cancellation));
    }

    private async Task<int> RunAsync(ParseResult parsed, (ResourceKind? Kind, ResourceId? Id) named, CancellationToken cancellation)
    {
        await using var cluster = globals.Open(parsed);
        var revision = await Moment.Parse(_to.Name, parsed.GetRequiredValue(_to), globals.Terminal.Time).RevisionAsync(cluster, globals.Terminal.Error, cancellation);
        var isDry = parsed.GetValue(_dryRun);
        if (named.Id is { } id)
            await globals.Terminal.Out.WriteAsync(await RunOneAsync(cluster, id, revision, isDry, cancellation));
        else
            await RunAllAsync(cluster, named.Kind, revision, isDry, cancellation);
        return 0;
    }

    private static async Task<string> RunOneAsync(Cluster cluster, ResourceId id, long revision, bool isDry, CancellationToken cancellation)
    {
        var then = await new ResourceHistory(cluster.Store).GetAtAsync(id, revision, cancellation);
        var now = await cluster.Resources.GetAsync(id, cancellation);
        if (then is null && now is null)
            throw new CommandException($"{id} was not there then and is not there now");
        if (ResourceDifference.Between(now is null ? [] : [now], then is null ? [] : [then]) is not [var change])
            return $"{id} is as it was then: nothing to do\n";
        if (isDry)
            return DifferenceText.Write(change, $"would be {Done(change)}");

        if (change.Kind == ChangeKind.Deleted)
        {
            var removal = await new Removal(cluster).RemoveAsync(id, now?.Metadata.ResourceVersion, cancellation);
            if (removal.Status != WriteStatus.Done)
                throw new CommandException(string.Join('\n', removal.Errors.DefaultIfEmpty(removal.Message)));
        }
        else
        {
            await WriteAsync(cluster, [change], cancellation);
        }

        return $"Successfully {Done(change)}: {id}\n";
    }

    private async Task RunAllAsync(Cluster cluster, ResourceKind? kind, long revision, bool isDry, CancellationToken cancellation)
    {
        if (kind is not null && !Rollback.Covers(kind))
            throw new CommandException($"{kind} is what nodes write, not users: name one of them to have it put back");

        var plan = Rollback.Plan(await cluster.Resources.ListAllAsync(cancellation), await cluster.Resources.ListAllAtAsync(revision, cancellation), kind);
        foreach (var left in plan.Left)
            await globals.Terminal.Error.WriteLineAsync($"Notice: {left}");
        foreach (var change in plan.Changes)
            await globals.Terminal.Out.WriteAsync(DifferenceText.Write(change, $"{(isDry ? "would be" : "is to be")} {Done(change)}"));
        if (!isDry && plan.Changes.Count > 0)
            await WriteAsync(cluster, plan.Changes, cancellation);

        await globals.Terminal.Out.WriteLineAsync(plan.Changes.Count == 0
            ? $"Everything is as it was at revision {revision}: nothing to do"
            : $"{(isDry ? "Would roll" : "Successfully rolled")} {plan.Changes.Count} resource(s) back to revision {revision}");
    }

    private static async Task WriteAsync(Cluster cluster, IReadOnlyList<ResourceDifference> changes, CancellationToken cancellation)
    {
        if (changes.Count > Rollback.Most)
            throw new CommandException($"{changes.Count} resources are not as they were, and {Rollback.Most} fit into one commit: roll back kind by kind; nothing was changed");

        var errors = new List<string>();
        foreach (var change in changes)
        {
            if (change.After is { } after && !IsTierMadeToo(after, changes))
                errors.AddRange((await Checks.AmongOthersAsync(after, change.Before is null ? WriteVerb.Create : WriteVerb.Replace, cluster, cancellation)).Select(error => $"{change.Id}: {error}"));
        }

        if (errors.Count > 0)
            throw new CommandException($"{string.Join('\n', errors)}\nnothing was changed");

        var outcome = await cluster.Resources.ChangeAsync(changes, cancellation);
        if (!outcome.IsDone)
            throw new CommandException($"{outcome.Message}; nothing was changed");
    }

    private static bool IsTierMadeToo(IResource resource, IReadOnlyList<ResourceDifference> changes) =>
        resource.Spec is PolicySpec { Tier: { } tier } && changes.Any(change => change.Id == new ResourceId(Kinds.Tier, Namespace: null, tier) && change.Kind == ChangeKind.Created);

    private static string Done(ResourceDifference change) => change.Kind switch
    {
        ChangeKind.Created => "created again",
        ChangeKind.Deleted => "deleted",
        _ => "put back",
    };
}
