using System.Net;
using System.Numerics;
using Calico.Model.Addresses;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;

namespace Calico.Ipam;

/// <summary>Cuts a pool into equal pools that are alike but for their range: pure.</summary>
public static class PoolSplit
{
    /// <summary>One commit takes so many; etcd takes 128 operations in one, if nothing else is configured.</summary>
    public const int MostParts = 64;

    /// <summary>The parts, <c>split-NAME-0</c> and on, as Calico names them.</summary>
    /// <param name="pool">The pool.</param>
    /// <param name="count">How many parts.</param>
    /// <param name="problem">Why it cannot be cut so; null if it can.</param>
    public static IReadOnlyList<Resource<IPPoolSpec>> Cut(Resource<IPPoolSpec> pool, int count, out string? problem)
    {
        problem = null;
        var (cidr, size) = (pool.Spec.Cidr, pool.Spec.EffectiveBlockSize);
        if (count < 2 || !BitOperations.IsPow2(count))
            problem = $"number of pools must be a power of 2 greater than 1: {count} is not";
        else if (count > MostParts)
            problem = $"a pool is split into at most {MostParts} at once: split it, and then its parts";
        else if (cidr.PrefixLength + BitOperations.Log2((uint)count) > size)
            problem = $"{pool} {cidr} cannot be split into {count}: each would be smaller than one of its blocks, which are /{size}";
        if (problem is not null)
            return [];

        var length = cidr.PrefixLength + BitOperations.Log2((uint)count);
        var step = UInt128.One << (cidr.BaseAddress.BitLength - length);
        return [.. Enumerable.Range(0, count).Select(i => Part(pool, i, new(cidr.BaseAddress.Plus((UInt128)i * step), length)))];
    }

    private static Resource<IPPoolSpec> Part(Resource<IPPoolSpec> pool, int index, IPNetwork cidr) => new(
        Kinds.IPPool,
        new() { Name = $"split-{pool.Name}-{index}", Labels = pool.Metadata.Labels, Annotations = pool.Metadata.Annotations },
        pool.Spec with { Cidr = cidr });
}
