using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Calico.Datastore.Resources;
using Calico.Model.Addresses;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;

namespace Calico.Ipam;

/// <summary>The default pools, and what a pool must not be.</summary>
public static class Pools
{
    private static readonly IPNetwork LinkLocalIPv4 = IPNetwork.Parse("169.254.0.0/16");
    private static readonly IPNetwork LinkLocalIPv6 = IPNetwork.Parse("fe80::/10");

    /// <summary>default-ipv4-ippool as Calico makes it.</summary>
    public static IPPoolSpec DefaultIPv4 { get; } = new()
    {
        Cidr = IPNetwork.Parse("192.168.0.0/16"),
        BlockSize = 26,
        IpipMode = EncapsulationMode.Never,
        VxlanMode = EncapsulationMode.Never,
        NatOutgoing = true,
        NodeSelector = "all()",
    };

    /// <summary>default-ipv6-ippool as Calico makes it: a /48 of its own out of fd00::/8.</summary>
    public static IPPoolSpec MakeDefaultIPv6()
    {
        Span<byte> prefix = stackalloc byte[16];
        prefix.Clear();
        prefix[0] = 0xfd;
        RandomNumberGenerator.Fill(prefix[1..6]);
        return DefaultIPv4 with { Cidr = new IPNetwork(new IPAddress(prefix), 48), BlockSize = 122, NatOutgoing = false };
    }

    /// <summary>Creates the pool under Calico's name for it, only if there is no pool of its family.</summary>
    /// <returns>The pool if this call made it; null if there was one.</returns>
    public static async Task<Resource<IPPoolSpec>?> EnsureDefaultAsync(ResourceStore resources, IPPoolSpec spec, CancellationToken cancellation)
    {
        var existing = await resources.ListAsync<IPPoolSpec>(Kinds.IPPool, cancellation);
        if (existing.Items.Any(pool => pool.Spec.Cidr.IsIPv4 == spec.Cidr.IsIPv4) || existing.Unreadable.Count > 0)
            return null;

        var name = spec.Cidr.IsIPv4 ? "default-ipv4-ippool" : "default-ipv6-ippool";
        var outcome = await resources.CreateAsync(new Resource<IPPoolSpec>(Kinds.IPPool, new() { Name = name }, spec), cancellation);
        return outcome.Status == WriteStatus.AlreadyExists ? null : outcome.OrThrow(); // another node was faster
    }

    /// <summary>Why a pool cannot be created, or cannot replace the one of its name; null if it can.</summary>
    public static string? ProblemOf(Resource<IPPoolSpec> pool, IReadOnlyList<Resource<IPPoolSpec>> existing)
    {
        var (cidr, size) = (pool.Spec.Cidr, pool.Spec.EffectiveBlockSize);
        var before = existing.FirstOrDefault(other => other.Name == pool.Name);
        if (cidr.BaseAddress.AddressFamily == AddressFamily.Unspecified || cidr == default)
            return $"IPPool {pool.Name}: spec.cidr must be set, such as 10.0.0.0/16";
        if (before is not null && before.Spec.Cidr != cidr)
            return $"IPPool {pool.Name}: spec.cidr cannot be changed from {before.Spec.Cidr} to {cidr}: create another pool";
        if (before is not null && before.Spec.EffectiveBlockSize != size)
            return $"IPPool {pool.Name}: spec.blockSize cannot be changed from {before.Spec.EffectiveBlockSize} to {size}: create another pool";
        if (size < (cidr.IsIPv4 ? 20 : 116) || size > cidr.BaseAddress.BitLength)
            return $"IPPool {pool.Name}: spec.blockSize is {size}; it must be {(cidr.IsIPv4 ? "20 to 32 for IPv4" : "116 to 128 for IPv6")}";
        if (pool.Spec.Disabled != true && size < cidr.PrefixLength)
            return $"IPPool {pool.Name}: {cidr} is smaller than one block (spec.blockSize {size}): make the pool larger or the block size at least {cidr.PrefixLength}";
        if (cidr.Overlaps(LinkLocalIPv4) || cidr.Overlaps(LinkLocalIPv6))
            return $"IPPool {pool.Name}: {cidr} overlaps the link-local range {(cidr.IsIPv4 ? LinkLocalIPv4 : LinkLocalIPv6)}";

        return existing.FirstOrDefault(other => other.Name != pool.Name && other.Spec.Cidr.Overlaps(cidr)) is { } rival
            ? $"IPPool {pool.Name} ({cidr}) overlaps IPPool {rival.Name} ({rival.Spec.Cidr}): choose another range"
            : null;
    }
}
