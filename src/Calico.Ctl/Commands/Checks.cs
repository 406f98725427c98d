using System.Net;
using Calico.Ctl.Input;
using Calico.Model.Addresses;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Calico.Model.Store;
using Calico.Model.Validation;

namespace Calico.Ctl.Commands;

/// <summary>What a resource must be like before it is written: by itself, and beside what the store holds.</summary>
internal static class Checks
{
    /// <summary>A profile that every cluster has without storing it.</summary>
    private const string BuiltInProfile = "projectcalico-default-allow";

    /// <returns>Each error with its file and line.</returns>
    public static IReadOnlyList<string> Alone(ManifestResource item) => [.. ResourceValidator.Validate(item.Resource).Select(item.Place.Locate)];

    /// <returns>The errors; empty if there are none.</returns>
    public static async Task<IReadOnlyList<string>> AmongOthersAsync(IResource resource, WriteVerb verb, Cluster cluster, CancellationToken cancellation)
    {
        if (ReadOnlyReason(ResourceId.Of(resource)) is { } reason)
            return [$"operation {verb.ToString().ToLowerInvariant()} is not supported on {ResourceId.Of(resource)}: {reason}"];

        return resource.Spec switch
        {
            IPPoolSpec pool => await CheckPoolAsync(resource, pool, cluster, cancellation),
            PolicySpec { Tier: { } tier } when tier != "default" => await CheckTierAsync(tier, cluster, cancellation),
            _ => [],
        };
    }

    /// <summary>Why users may not change the resource; null if they may.</summary>
    public static string? ReadOnlyReason(ResourceId id)
    {
        if (id.Kind == Kinds.ClusterInformation)
            return "it is read-only";
        if (id.Kind == Kinds.Profile && id.Name == BuiltInProfile)
            return "it is built in";

        return id.Kind == Kinds.NetworkPolicy && id.Name.StartsWith("knp.default.", StringComparison.Ordinal) ? "it belongs to Kubernetes" : null;
    }

    private static async Task<IReadOnlyList<string>> CheckTierAsync(string tier, Cluster cluster, CancellationToken cancellation) =>
        await cluster.Resources.GetAsync(new(Kinds.Tier, Namespace: null, tier), cancellation) is null
            ? [new FieldError("spec.tier", tier, "there is no such tier: create it first").ToString()]
            : [];

    private static async Task<IReadOnlyList<string>> CheckPoolAsync(IResource resource, IPPoolSpec pool, Cluster cluster, CancellationToken cancellation)
    {
        var pools = (await cluster.Resources.ListAsync<IPPoolSpec>(Kinds.IPPool, cancellation)).Items;
        if (pools.FirstOrDefault(other => other.Name == resource.Metadata.Name) is { } same)
            return CheckUnchanged(pool, same.Spec);
        if (pools.FirstOrDefault(other => other.Spec.Cidr.IsIPv4 == pool.Cidr.IsIPv4 && other.Spec.Cidr.Overlaps(pool.Cidr)) is { } overlapping)
            return [new FieldError("spec.cidr", pool.Cidr.ToString(), $"overlaps {overlapping.Spec.Cidr} of {overlapping}").ToString()];

        return await CheckBlocksAsync(pool, cluster, cancellation);
    }

    private static List<string> CheckUnchanged(IPPoolSpec pool, IPPoolSpec before)
    {
        var errors = new List<string>();
        if (pool.Cidr != before.Cidr)
            errors.Add(new FieldError("spec.cidr", pool.Cidr.ToString(), $"cannot be changed; it is {before.Cidr}: create another pool").ToString());
        if (pool.EffectiveBlockSize != before.EffectiveBlockSize)
            errors.Add(new FieldError("spec.blockSize", $"{pool.EffectiveBlockSize}", $"cannot be changed; it is {before.EffectiveBlockSize}").ToString());
        return errors;
    }

    /// <summary>Blocks of a pool that was here before keep their size.</summary>
    private static async Task<IReadOnlyList<string>> CheckBlocksAsync(IPPoolSpec pool, Cluster cluster, CancellationToken cancellation)
    {
        var blocks = await BlocksOfAsync(pool, cluster, cancellation);
        var other = blocks.Where(block => block.PrefixLength != pool.EffectiveBlockSize).Take(1).ToList();
        return
        [
            .. other.Select(block =>
                new FieldError("spec.blockSize", $"{pool.EffectiveBlockSize}", $"a block that is there already, {block}, is of another size").ToString()),
        ];
    }

    /// <summary>The blocks that hosts hold of a pool.</summary>
    public static async Task<IReadOnlyList<IPNetwork>> BlocksOfAsync(IPPoolSpec pool, Cluster cluster, CancellationToken cancellation)
    {
        var keys = await cluster.Store.ListKeysAsync(StoreKeys.Blocks, cancellation);
        return
        [
            .. keys.Select(StoreKeys.Parse).OfType<StoreName.OfBlock>().Select(block => block.Cidr)
                .Where(block => block.IsIPv4 == pool.Cidr.IsIPv4 && pool.Cidr.Covers(block)),
        ];
    }
}
