using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Calico.Datastore;
using Calico.Datastore.Resources;
using Calico.Model.Addresses;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Calico.Model.Selectors;
using Calico.Model.Store;
using Calico.Model.Values;

namespace Calico.Ipam;

/// <summary>The pools, the hosts and the settings at one moment, and what follows from them.</summary>
internal sealed class PoolView(IReadOnlyList<Resource<IPPoolSpec>> pools, IReadOnlyList<Resource<NodeSpec>> nodes, IpamConfiguration configuration)
{
    private readonly List<(IPNetwork Subnet, string Host)> _hostSubnets = [.. nodes.SelectMany(SubnetsOf)];

    public IReadOnlyList<Resource<IPPoolSpec>> Pools => pools;

    public IpamConfiguration Configuration => configuration;

    /// <summary>Of all IPReservations: given to nobody who does not ask for them by name.</summary>
    public IReadOnlyList<IPNetwork> Reserved { get; init; } = [];

    /// <summary>Single addresses of which the same is true, for this process alone: see <see cref="IpamClient.KeptBack"/>.</summary>
    public Func<ImmutableHashSet<IPAddress>> KeptBack { get; init; } = () => [];

    /// <summary>Every pool could be read: only then does a block that no pool serves prove anything.</summary>
    public bool IsWhole { get; init; } = true;

    /// <summary>When it was read; what it says of pools is checked again by each commit.</summary>
    public required long ReadAt { get; init; }

    public static async Task<PoolView> ReadAsync(IStore store, ResourceStore resources, TimeProvider time, Func<ImmutableHashSet<IPAddress>> keptBack, CancellationToken cancellation)
    {
        var readAt = time.GetTimestamp();
        var pools = await resources.ListAsync<IPPoolSpec>(Kinds.IPPool, cancellation);
        var nodes = await resources.ListAsync<NodeSpec>(Kinds.Node, cancellation);
        var reservations = await resources.ListAsync<IPReservationSpec>(Kinds.IPReservation, cancellation);
        var configuration = IpamConfiguration.Read(await store.GetAsync(StoreKeys.IpamConfiguration, cancellation));
        return new([.. pools.Items.OrderBy(pool => pool.Name, StringComparer.Ordinal)], nodes.Items, configuration)
        {
            Reserved = [.. reservations.Items.SelectMany(reservation => reservation.Spec.ReservedCidrs ?? []).Select(net => net.BaseAddress.Truncate(net.PrefixLength))],
            KeptBack = keptBack,
            IsWhole = pools.Unreadable.Count == 0,
            ReadAt = readAt,
        };
    }

    /// <summary>A block's free addresses that are not reserved, those first that were free longest; as ordinals.</summary>
    public IEnumerable<int> FreeIn(Block block)
    {
        var reserved = Reserved.Where(net => net.Overlaps(block.Cidr)).ToList();
        var keptBack = KeptBack();
        if (reserved.Count == 0 && keptBack.IsEmpty)
            return block.Unallocated;

        return block.Unallocated.Where(ordinal =>
        {
            var address = BlockEdits.AddressAt(block, ordinal);
            return !keptBack.Contains(address) && !reserved.Exists(net => net.Contains(address));
        });
    }

    /// <summary>Says of an address whether it is reserved or kept back.</summary>
    public bool IsReserved(IPAddress address) => KeptBack().Contains(address) || Reserved.Any(net => net.Contains(address));

    /// <summary>The subnet of a host that a block overlaps, so that the block must not be used; null if none.</summary>
    public (IPNetwork Subnet, string Host)? HostSubnetAt(IPNetwork block)
    {
        foreach (var host in _hostSubnets)
        {
            if (host.Subnet.Overlaps(block))
                return host;
        }

        return null;
    }

    /// <summary>The pools of a family that a request may use, in order of their names.</summary>
    /// <returns>Why there are none, if there are none.</returns>
    public AssignOutcome.Refused? Choose(AssignRequest request, AddressFamily family, out IReadOnlyList<Resource<IPPoolSpec>> chosen)
    {
        chosen = [];
        var wanted = (request.Pools ?? []).Where(cidr => cidr.BaseAddress.AddressFamily == family).ToList();
        if (wanted.Count == 0)
        {
            var labels = LabelsOf(request.Host);
            chosen = [.. pools.Where(pool => IsUsable(pool, family) && pool.Spec.AssignmentMode != AssignmentMode.Manual && Selects(pool, labels))];
            return chosen.Count == 0 ? NoPools(request.Host, family) : null;
        }

        foreach (var cidr in wanted)
        {
            if (!pools.Any(pool => IsUsable(pool, family) && pool.Spec.Cidr == cidr))
                return new(AssignFault.NoSuchPool, $"the given pool ({cidr}) does not exist, or is not enabled, or is not for workloads: {Remedy(family)}");
        }

        chosen = [.. pools.Where(pool => wanted.Contains(pool.Spec.Cidr))];
        return null;
    }

    /// <summary>An enabled pool that selects the host covers the block, so that the host may go on using it.</summary>
    public bool Serves(string host, IPNetwork block) =>
        pools.Any(pool => pool.Spec.Disabled != true && pool.Spec.Cidr.Covers(block) && Selects(pool, host));

    public bool Selects(Resource<IPPoolSpec> pool, string host) => Selects(pool, LabelsOf(host));

    /// <summary>The enabled pool for workloads that an address lies in.</summary>
    public Resource<IPPoolSpec>? PoolOf(IPAddress address) =>
        pools.FirstOrDefault(pool => pool.Spec.Disabled != true && pool.Spec.ServesWorkloads && pool.Spec.Cidr.Contains(address));

    /// <summary>All pools of a family for a message: what there is, or how to make one.</summary>
    public string Remedy(AddressFamily family)
    {
        var there = pools.Where(pool => pool.Spec.Cidr.BaseAddress.AddressFamily == family)
            .Select(pool => $"{pool.Name} {pool.Spec.Cidr}{Restriction(pool.Spec)}")
            .ToList();
        return there.Count == 0
            ? $"there is no {Name(family)} pool; create one with 'calicoctl create -f'"
            : $"the {Name(family)} pools are {string.Join(", ", there)}";
    }

    private static string Restriction(IPPoolSpec pool) => pool switch
    {
        { Disabled: true } => " (disabled)",
        { ServesWorkloads: false } => " (not for workloads)",
        { AssignmentMode: AssignmentMode.Manual } => " (manual)",
        _ => "",
    };

    public static string Name(AddressFamily family) => family == AddressFamily.InterNetwork ? "IPv4" : "IPv6";

    private AssignOutcome.Refused NoPools(string host, AddressFamily family)
    {
        var exist = pools.Any(pool => pool.Spec.Cidr.BaseAddress.AddressFamily == family);
        return new(
            AssignFault.NoPools,
            $"no configured Calico pools for node {host}: {Remedy(family)}" + (exist ? ", but none is enabled and selects this node" : ""));
    }

    private Labels LabelsOf(string host) => nodes.FirstOrDefault(node => node.Name == host)?.Metadata.Labels ?? Labels.Empty;

    private static bool IsUsable(Resource<IPPoolSpec> pool, AddressFamily family) =>
        pool.Spec.Disabled != true && pool.Spec.ServesWorkloads && pool.Spec.Cidr.BaseAddress.AddressFamily == family && pool.Spec.EffectiveBlockSize >= pool.Spec.Cidr.PrefixLength;

    /// <remarks>A selector that cannot be read selects nothing: no node gets addresses by mistake.</remarks>
    private static bool Selects(Resource<IPPoolSpec> pool, Labels labels) =>
        Selector.TryParse(pool.Spec.NodeSelector, out var selector, out _) && selector.Matches(labels);

    private static IEnumerable<(IPNetwork, string)> SubnetsOf(Resource<NodeSpec> node)
    {
        var addresses = (node.Spec.Interfaces ?? []).SelectMany(link => link.Addresses)
            .Concat(new[] { node.Spec.Bgp?.Ipv4Address, node.Spec.Bgp?.Ipv6Address }.OfType<InterfaceAddress>());
        return addresses.Select(address => (address.Subnet, node.Name)).Distinct();
    }
}
