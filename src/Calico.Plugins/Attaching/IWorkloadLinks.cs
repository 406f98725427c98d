using System.Net;
using System.Net.NetworkInformation;

namespace Calico.Plugins.Attaching;

/// <summary>The veth pairs by which workloads hang on the host: the kernel, or a test's stand-in for it.</summary>
public interface IWorkloadLinks
{
    /// <summary>Makes the pair and sets both ends up as told; when it throws, nothing is left.</summary>
    /// <exception cref="Netlink.NetlinkException">The kernel refused, or the workload's namespace is gone.</exception>
    Task CreateAsync(VethPair pair, CancellationToken cancellation);

    /// <summary>Removes the pair by its host end; that it is gone already is as good.</summary>
    /// <exception cref="Netlink.NetlinkException">The kernel refused.</exception>
    Task DeleteAsync(string hostSide, CancellationToken cancellation);

    /// <summary>Names of all host ends (<c>cali…</c>) there are.</summary>
    Task<IReadOnlySet<string>> ListAsync(CancellationToken cancellation);
}

/// <summary>One workload's link: the host's end, which is up, and the workload's.</summary>
public sealed record VethPair
{
    public required string HostSide { get; init; }

    public required string WorkloadSide { get; init; }

    /// <summary>Of the workload's end.</summary>
    public required PhysicalAddress Mac { get; init; }

    /// <summary>Of both ends; null: the kernel's default.</summary>
    public int? Mtu { get; init; }

    /// <summary>The IPv6 next hop of the workload: a link-local address on the host's end. Null: no IPv6.</summary>
    public IPAddress? LinkLocal { get; init; }

    /// <summary>Where the workload's end goes, to be set up there. Null: it stays in the host's namespace, down, for Docker to take.</summary>
    public WorkloadSetup? Setup { get; init; }
}

/// <summary>How a workload's end is set up in its namespace.</summary>
/// <param name="NamespacePath">Such as <c>/run/netns/w1</c>.</param>
/// <param name="Addresses">Host prefixes.</param>
/// <param name="NextHops">One a family; each gets an on-link route and the default route. Link-local ones need no on-link route.</param>
public sealed record WorkloadSetup(string NamespacePath, IReadOnlyList<IPNetwork> Addresses, IReadOnlyList<IPAddress> NextHops);
