using Calico.Datastore.Resources;
using Calico.Model.Resources;

namespace Calico.Ctl.Commands;

/// <summary>What has to be done to make all that users write what it was.</summary>
/// <param name="Changes">From what is there to what was there.</param>
/// <param name="Left">What stays other than it was, and why.</param>
internal sealed record Rollback(IReadOnlyList<ResourceDifference> Changes, IReadOnlyList<string> Left)
{
    /// <summary>etcd takes 128 writes in a commit; a note of who did it is one.</summary>
    public const int Most = 120;

    /// <summary>Nodes write these, of what is so now: an address, a container.</summary>
    private static readonly IReadOnlyList<ResourceKind> OfNodes =
        [Kinds.Node, Kinds.WorkloadEndpoint, Kinds.ClusterInformation, Kinds.CalicoNodeStatus, Kinds.DockerNetwork];

    public static bool Covers(ResourceKind kind) => !OfNodes.Contains(kind);

    /// <remarks>
    /// A profile is made and removed with its Docker network: what users wrote into it is put back, but it is neither made nor deleted. A pool
    /// that is deleted gives up its addresses step by step, which is no part of one commit.
    /// </remarks>
    public static Rollback Plan(ResourceListing<IResource> now, ResourceListing<IResource> then, ResourceKind? only)
    {
        var all = ResourceDifference.Between(now.Items, then.Items).Where(change => Covers(change.Id.Kind) && (only is null || change.Id.Kind == only)).ToList();
        var newPools = all.Where(change => change.Id.Kind == Kinds.IPPool && change.Kind == ChangeKind.Deleted).ToList();
        var networks = all.Where(change => change.Id.Kind == Kinds.Profile && change.Kind != ChangeKind.Changed);
        return new(
            [.. all.Except(newPools).Except(networks)],
            [
                .. newPools.Select(change => $"{change.Id} was made since and stays: 'calicoctl delete ippool {change.Id.Name}' removes it"),
                .. now.Unreadable.Concat(then.Unreadable).Select(problem => $"{problem.Message}; it stays as it is").Distinct(),
            ]);
    }
}
