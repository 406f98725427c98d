using System.CommandLine;
using Calico.Ctl.Input;
using Calico.Datastore.Resources;
using Calico.Model.Resources;

namespace Calico.Ctl.Commands;

/// <summary><c>calicoctl rollback</c>: makes a resource what it was.</summary>
internal static class RollbackCommand
{
    public static Command Build(GlobalOptions globals)
    {
        var kind = new Argument<string>("kind") { Description = "Such as node, ippool, policy." };
        var name = new Argument<string>("name") { Description = "Of the resource, there or not." };
        var to = new Option<string>("--to") { Description = "A revision, as 'calicoctl history' shows them, a time, or how long ago (30m).", HelpName = "when", Required = true };
        var dryRun = new Option<bool>("--dry-run") { Description = "Only say what would be done." };
        var command = new Command("rollback", "Make a resource what it was at an earlier time: as it was then, or gone.") { kind, name, to, dryRun };
        var ns = NamespaceOption.AddTo(command);
        return command.Runs(globals.Terminal, async (parsed, cancellation) =>
        {
            var id = NamespaceOption.Identify(ResourceInput.Kind(parsed.GetRequiredValue(kind)), parsed.GetValue(ns), parsed.GetRequiredValue(name));
            await using var cluster = globals.Open(parsed);
            var revision = await Moment.Parse("--to", parsed.GetRequiredValue(to), globals.Terminal.Time).RevisionAsync(cluster, globals.Terminal.Error, cancellation);
            var then = await new ResourceHistory(cluster.Store).GetAtAsync(id, revision, cancellation);
            await globals.Terminal.Out.WriteLineAsync(await RunAsync(cluster, id, then, parsed.GetValue(dryRun), cancellation));
            return 0;
        });
    }

    private static async Task<string> RunAsync(Cluster cluster, ResourceId id, IResource? then, bool isDry, CancellationToken cancellation)
    {
        var now = await cluster.Resources.GetAsync(id, cancellation);
        if (then is null && now is null)
            throw new CommandException($"{id} was not there then and is not there now");
        if (then is not null && now is not null && Equals(then.Spec, now.Spec) && Essence(then) == Essence(now))
            return $"{id} is as it was then: nothing to do";

        var doing = then is null ? "deleted" : now is null ? "created again" : "put back";
        if (isDry)
            return $"{id} would be {doing}{(then is null ? "" : $":\n{ResourceJson.Write(Bare(then)).ToJsonString()}")}";

        var outcome = then is null
            ? await cluster.Resources.DeleteAsync(id, now?.Metadata.ResourceVersion, cancellation)
            : now is null
                ? await cluster.Resources.CreateAsync(Bare(then), cancellation)
                : await cluster.Resources.UpdateAsync(then.WithMetadata(then.Metadata with { ResourceVersion = now.Metadata.ResourceVersion }), cancellation);
        return outcome.IsDone ? $"Successfully {doing}: {id}" : throw new CommandException(outcome.Message);
    }

    /// <summary>What a user would write of its metadata.</summary>
    private static Metadata Essence(IResource resource) => Bare(resource).Metadata;

    private static IResource Bare(IResource resource) =>
        resource.WithMetadata(resource.Metadata with { ResourceVersion = null, Uid = null, CreationTimestamp = null });
}
