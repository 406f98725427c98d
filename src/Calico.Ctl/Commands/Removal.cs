using Calico.Datastore.Resources;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;

namespace Calico.Ctl.Commands;

/// <summary>Deletes a resource with all that only exists on its account.</summary>
internal sealed class Removal(Cluster cluster)
{
    private static readonly string[] BuiltInTiers = ["kube-admin", "default", "kube-baseline"];

    public async Task<RemovalOutcome> RemoveAsync(ResourceId id, string? version, CancellationToken cancellation)
    {
        var errors = await RefusedAsync(id, cancellation);
        if (errors.Count > 0)
            return new(WriteStatus.Invalid, "", errors);
        if (version is not null && await cluster.Resources.GetAsync(id, cancellation) is { } other && other.Metadata.ResourceVersion != version)
            return new(WriteStatus.Conflict, $"update conflict: {id}", []);
        if (id.Kind == Kinds.Node)
            return await RemoveNodeAsync(id, cancellation);
        if (id.Kind == Kinds.IPPool)
            return await RemovePoolAsync(id, cancellation);

        var outcome = await cluster.Resources.DeleteAsync(id, version, cancellation);
        return new(outcome.Status, outcome.Message, []);
    }

    /// <remarks>The node itself goes last, so that a removal that was cut short can be begun again. Also what a node left behind that is there no more is removed.</remarks>
    private async Task<RemovalOutcome> RemoveNodeAsync(ResourceId id, CancellationToken cancellation)
    {
        var belongings = new NodeBelongings(cluster, id.Name);
        var errors = await belongings.RemoveAsync(cancellation);
        if (errors.Count > 0)
            return new(WriteStatus.Invalid, "", errors);

        var outcome = await cluster.Resources.DeleteAsync(id, resourceVersion: null, cancellation);
        return outcome.Status == WriteStatus.NotFound && belongings.Removed > 0
            ? new(WriteStatus.Done, "", []) { Notice = $"Notice: there was no {id}; {belongings.Removed} thing(s) that were still its were removed." }
            : new(outcome.Status, outcome.Message, []);
    }

    /// <summary>As Calico does it: it gives nothing out any more, hosts give up what they hold of it and do not use, and then it goes.</summary>
    private async Task<RemovalOutcome> RemovePoolAsync(ResourceId id, CancellationToken cancellation)
    {
        if (await TryGetAsync(id, cancellation) is { } pool)
        {
            if (pool.Spec.Disabled != true)
                await cluster.Resources.UpdateAsync(pool with { Spec = pool.Spec with { Disabled = true } }, cancellation);
            await cluster.Ipam.ReleaseUnservedAsync(pool.Spec.Cidr, host: null, cancellation);
        }

        var outcome = await cluster.Resources.DeleteAsync(id, resourceVersion: null, cancellation);
        return new(outcome.Status, outcome.Message, [])
        {
            Notice = outcome is { IsDone: true, Resource.Spec: IPPoolSpec spec } ? await LeftOfAsync(id, spec, cancellation) : null,
        };
    }

    /// <summary>Null also of one that cannot be read: to delete it is how it is mended.</summary>
    private async Task<Resource<IPPoolSpec>?> TryGetAsync(ResourceId id, CancellationToken cancellation)
    {
        try
        {
            return await cluster.Resources.GetAsync<IPPoolSpec>(id, cancellation);
        }
        catch (UnreadableException)
        {
            return null;
        }
    }

    private async Task<string?> LeftOfAsync(ResourceId id, IPPoolSpec pool, CancellationToken cancellation)
    {
        var blocks = await Checks.BlocksOfAsync(pool, cluster, cancellation);
        return blocks.Count == 0
            ? null
            : $"Notice: hosts hold {blocks.Count} block(s) of {id} still; the addresses in them stay in use until their containers go, and the blocks go with them.";
    }

    private async Task<IReadOnlyList<string>> RefusedAsync(ResourceId id, CancellationToken cancellation)
    {
        if (Checks.ReadOnlyReason(id) is { } reason)
            return [$"operation delete is not supported on {id}: {reason}"];
        if (id.Kind != Kinds.Tier)
            return [];
        if (BuiltInTiers.Contains(id.Name))
            return [$"operation delete is not supported on {id}: it is built in"];

        return await UsersOfAsync(id.Name, cancellation) is { } user ? [$"operation delete is not supported on {id}: {user} is in it"] : [];
    }

    private async Task<ResourceId?> UsersOfAsync(string tier, CancellationToken cancellation)
    {
        foreach (var kind in new[] { Kinds.GlobalNetworkPolicy, Kinds.NetworkPolicy })
        {
            var policies = await cluster.Resources.ListAsync<PolicySpec>(kind, cancellation);
            if (policies.Items.FirstOrDefault(policy => policy.Spec.Tier == tier) is { } user)
                return ResourceId.Of(user);
        }

        return null;
    }
}

/// <summary>How a deletion ended.</summary>
/// <param name="Status">Of the resource itself.</param>
/// <param name="Message">In Calico's words, if it was not deleted.</param>
/// <param name="Errors">Of what had to go before it, or why it may not go; it then stays.</param>
internal sealed record RemovalOutcome(WriteStatus Status, string Message, IReadOnlyList<string> Errors)
{
    /// <summary>What is left and may surprise the user; null: nothing.</summary>
    public string? Notice { get; init; }
}
