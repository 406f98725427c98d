using Calico.Datastore.Resources;
using Calico.Model.Resources;
using Calico.Model.Validation;

namespace Calico.Ctl.Commands;

/// <summary>Reads a resource, changes it, and writes it back if nobody came between; otherwise again.</summary>
internal static class Amendment
{
    private const int Attempts = 5;

    /// <exception cref="CommandException">There is no such resource, or the change makes it one that cannot be.</exception>
    public static async Task RunAsync(Cluster cluster, ResourceId id, Func<IResource, IResource> change, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            var before = await cluster.Resources.GetAsync(id, cancellation)
                ?? throw new CommandException($"resource does not exist: {id} with error: {cluster.Store.Description} has no such resource");
            var after = change(before);
            if (ResourceValidator.Validate(after) is { Count: > 0 } wrong)
                throw new CommandException($"failed to update {id}: [{wrong.Describe()}]");
            if (await Checks.AmongOthersAsync(after, WriteVerb.Replace, cluster, cancellation) is { Count: > 0 } refused)
                throw new CommandException($"failed to update {id}: [{string.Join('\n', refused)}]");

            var outcome = await cluster.Resources.UpdateAsync(after.WithMetadata(after.Metadata with { ResourceVersion = before.Metadata.ResourceVersion }), cancellation);
            if (outcome.IsDone)
                return;
            if (outcome.Status != WriteStatus.Conflict || attempt == Attempts)
                throw new CommandException(outcome.Message);
        }
    }
}
