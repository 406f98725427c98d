using Calico.Model.Resources;
using Calico.Model.Resources.Specs;

namespace Calico.Plugins.Docker.Sharing;

using SharedNetwork = Resource<DockerNetworkSpec>;

/// <summary>Compares what this engine has, what all hosts share, and what the two last agreed on.</summary>
/// <remarks>
/// A three-way merge by name: that something is missing on one side means "removed there" if the two had agreed on it, and
/// "not there yet" otherwise. So it does not matter when either side changed, or whether this node was running.
/// </remarks>
internal static class SharingPlan
{
    /// <param name="local">This engine's networks of ours, by name.</param>
    /// <param name="shared">The store's, by the network's name.</param>
    /// <param name="agreed">Names to uids of the resources both had.</param>
    public static IReadOnlyList<SharingStep> Between(
        IReadOnlyDictionary<string, LocalNetwork> local,
        IReadOnlyDictionary<string, SharedNetwork> shared,
        IReadOnlyDictionary<string, string> agreed) =>
    [
        .. local.Keys.Union(shared.Keys).Union(agreed.Keys).Order(StringComparer.Ordinal)
            .Select(name => Step(name, local.GetValueOrDefault(name), shared.GetValueOrDefault(name), agreed.GetValueOrDefault(name)))
            .OfType<SharingStep>(),
    ];

    private static SharingStep? Step(string name, LocalNetwork? local, SharedNetwork? shared, string? agreed) =>
        (local, shared, agreed ?? local?.CopyOf) switch
        {
            (null, null, _) => new SharingStep.Forget(name),
            (not null, null, null) => new SharingStep.Publish(local),
            (not null, null, not null) => new SharingStep.Remove(local),
            (null, not null, { } uid) when uid == Uid(shared) => new SharingStep.Withdraw(shared),
            (null, not null, _) => new SharingStep.Create(shared),
            (not null, not null, var uid) when Difference(local.Spec, shared.Spec) is { } difference =>
                uid is null || uid == Uid(shared) ? new SharingStep.Conflict(name, difference) : new SharingStep.Remove(local),
            (not null, not null, _) => agreed == Uid(shared) ? null : new SharingStep.Agree(name, Uid(shared)),
        };

    /// <summary>What a container on the network would notice; labels are words for people.</summary>
    private static string? Difference(DockerNetworkSpec local, DockerNetworkSpec shared)
    {
        var (here, there) = (Shown(local), Shown(shared));
        return here == there ? null : $"here it has {here}, elsewhere {there}";
    }

    private static string Shown(DockerNetworkSpec spec) =>
        $"subnets [{string.Join(", ", (spec.Subnets ?? []).Select(subnet => subnet.ToString()).Order(StringComparer.Ordinal))}]"
        + $"{(spec.EnableIPv6 == true ? ", IPv6" : "")}{(spec.Internal == true ? ", internal" : "")}, options [{spec.Options}]";

    private static string Uid(SharedNetwork shared) => shared.Metadata.Uid ?? shared.Name;
}
