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
        if (errors.Count == 0 && id.Kind == Kinds.Node && await cluster.Resources.GetAsync(id, cancellation) is not null)
            errors = await RemoveBelongingsAsync(id.Name, cancellation);
        if (errors.Count > 0)
            return new(WriteStatus.Invalid, "", errors);

        var outcome = await cluster.Resources.DeleteAsync(id, version, cancellation);
        return new(outcome.Status, outcome.Message, [])
        {
            Notice = outcome is { IsDone: true, Resource.Spec: IPPoolSpec pool } ? await LeftOfAsync(id, pool, cancellation) : null,
        };
    }

    private async Task<string?> LeftOfAsync(ResourceId id, IPPoolSpec pool, CancellationToken cancellation)
    {
        var blocks = await Checks.BlocksOfAsync(pool, cluster, cancellation);
        return blocks.Count == 0
            ? null
            : $"Notice: hosts hold {blocks.Count} block(s) of {id} still; the addresses in them stay in use until their containers go.";
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

    /// <summary>What is a node's own: endpoints, addresses and blocks, its configuration, its peers.</summary>
    private async Task<IReadOnlyList<string>> RemoveBelongingsAsync(string node, CancellationToken cancellation)
    {
        var endpoints = await cluster.Resources.ListAsync<WorkloadEndpointSpec>(Kinds.WorkloadEndpoint, cancellation);
        var peers = await cluster.Resources.ListAsync<BgpPeerSpec>(Kinds.BgpPeer, cancellation);
        var belongings = endpoints.Items.Where(endpoint => endpoint.Spec.Node == node).Select(ResourceId.Of)
            .Concat(peers.Items.Where(peer => peer.Spec.Node == node).Select(ResourceId.Of))
            .Append(new ResourceId(Kinds.BgpConfiguration, Namespace: null, $"node.{node}"));
        var errors = new List<string>();
        foreach (var id in belongings)
        {
            var outcome = await cluster.Resources.DeleteAsync(id, resourceVersion: null, cancellation);
            if (outcome.Status is not (WriteStatus.Done or WriteStatus.NotFound))
                errors.Add(outcome.Message);
        }

        await cluster.Ipam.ReleaseHostAsync(node, cancellation);
        return errors;
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
