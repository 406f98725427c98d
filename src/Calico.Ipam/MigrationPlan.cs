using System.Net;
using Calico.Model.Addresses;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Calico.Model.Store;

namespace Calico.Ipam;

/// <summary>How workloads get from one pool's addresses to another's, host by host. Pure: reads nothing, changes nothing.</summary>
/// <param name="From">The pool that is to be empty, and then to go.</param>
/// <param name="To">The pool that new addresses come out of.</param>
/// <param name="Hosts">In order of name; those that hold blocks or use addresses of the old pool.</param>
/// <param name="Problems">Why it would strand workloads; empty: it would not.</param>
public sealed record MigrationPlan(Resource<IPPoolSpec> From, Resource<IPPoolSpec> To, IReadOnlyList<HostMigration> Hosts, IReadOnlyList<string> Problems)
{
    /// <summary>Addresses of workloads and tunnels that are in use still.</summary>
    public int InUse => Hosts.Sum(host => host.InUse.Count);

    public static MigrationPlan Make(IpamInventory inventory, IReadOnlyList<Resource<NodeSpec>> nodes, Resource<IPPoolSpec> from, Resource<IPPoolSpec> to)
    {
        var blocks = inventory.Blocks.Where(block => Covers(from, block.Cidr)).ToList();
        var owners = blocks.SelectMany(IpamInventory.AllocationsOf).Where(owner => !owner.IsCooling).ToLookup(owner => owner.Node ?? owner.BlockHost ?? "");
        var hosts = blocks.Select(block => block.Host ?? "").Concat(owners.Select(group => group.Key)).Distinct().Order(StringComparer.Ordinal)
            .Select(host => Of(host, blocks, [.. owners[host]]))
            .Where(host => host.Blocks.Count > 0 || host.InUse.Count > 0)
            .ToList();
        return new(from, to, hosts, [.. Faults(inventory, nodes, to, hosts)]);
    }

    private static HostMigration Of(string host, List<Block> blocks, List<AddressOwner> owners)
    {
        var reserve = IpamClient.ReserveHandle(host);
        return new(
            host,
            [.. blocks.Where(block => (block.Host ?? "") == host).Select(block => block.Cidr)],
            [.. owners.Where(owner => owner.HandleId != reserve)],
            owners.Count(owner => owner.HandleId == reserve));
    }

    private static IEnumerable<string> Faults(IpamInventory inventory, IReadOnlyList<Resource<NodeSpec>> nodes, Resource<IPPoolSpec> to, List<HostMigration> hosts)
    {
        if (to.Spec.Disabled == true)
            yield return $"{to} is disabled";
        if (!to.Spec.ServesWorkloads)
            yield return $"{to} is not for workloads (allowedUses)";
        if (to.Spec.AssignmentMode == AssignmentMode.Manual)
            yield return $"{to} is manual: it gives no address to who does not ask for it";

        var view = new PoolView([to], nodes, inventory.Configuration) { ReadAt = 0 };
        foreach (var host in hosts.Where(host => host.InUse.Count > 0 && nodes.Any(node => node.Name == host.Host) && !view.Selects(to, host.Host)))
            yield return $"{to} does not select the node {host.Host} (nodeSelector {to.Spec.NodeSelector}), where {host.InUse.Count} address(es) are in use";

        var wanted = (UInt128)hosts.Sum(host => host.InUse.Count);
        var free = to.Spec.Cidr.Size - (UInt128)inventory.Blocks.Where(block => Covers(to, block.Cidr)).Sum(block => block.Allocations.Count(index => index is not null));
        if (free < wanted)
            yield return $"{to} {to.Spec.Cidr} has {free} addresses free, and {wanted} are in use";
    }

    private static bool Covers(Resource<IPPoolSpec> pool, IPNetwork block) => pool.Spec.Cidr.Covers(block);
}

/// <param name="Host">Empty: of blocks that are no host's and addresses that do not say where they are used.</param>
/// <param name="Blocks">Of the old pool, held by the host.</param>
/// <param name="InUse">Addresses of the old pool that are used on the host.</param>
/// <param name="Reserved">Addresses that the host keeps in reserve.</param>
public sealed record HostMigration(string Host, IReadOnlyList<IPNetwork> Blocks, IReadOnlyList<AddressOwner> InUse, int Reserved);
