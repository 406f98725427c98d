using System.Net;
using Calico.Model.Addresses;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Calico.Model.Store;

namespace Calico.Ipam;

/// <summary>Holds the books of addresses against each other and against who is there. Pure: reads nothing, frees nothing.</summary>
/// <param name="inventory">The books. Read them before the endpoints: an address that is given back in between is then no leak.</param>
/// <param name="endpoints">All of the cluster.</param>
/// <param name="nodes">All of the cluster.</param>
/// <param name="now">What was given out within <see cref="Grace"/> before may be on its way to an endpoint.</param>
public sealed class IpamCheck(IpamInventory inventory, IReadOnlyList<Resource<WorkloadEndpointSpec>> endpoints, IReadOnlyList<Resource<NodeSpec>> nodes, DateTimeOffset now)
{
    /// <summary>Docker asks for an address before there is an endpoint.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromMinutes(2);

    /// <summary>Handles of tunnel addresses end in the node's name.</summary>
    private const string Tunnel = "-tunnel-addr-";

    private readonly ILookup<IPAddress, Holder> _holders = endpoints
        .SelectMany(endpoint => (endpoint.Spec.IpNetworks ?? []).Where(network => network.IsHost).Select(network => new Holder(network.BaseAddress, ResourceId.Of(endpoint).ToString())))
        .ToLookup(holder => holder.Address);

    private readonly HashSet<string> _nodes = [.. nodes.Select(node => node.Name)];

    public IpamFindings Run()
    {
        var allocations = inventory.Allocations.ToList();
        var allocated = allocations.Select(owner => owner.Address).ToHashSet();
        var unknown = _holders.Where(group => !allocated.Contains(group.Key)).SelectMany(group => group).ToLookup(holder => IsInPool(holder.Address));
        return new()
        {
            Leaks = [.. allocations.Select(Judge).OfType<Leak>()],
            Unallocated = [.. unknown[true]],
            OutsidePools = [.. unknown[false]],
            Shared = [.. _holders.Where(group => group.Count() > 1).Select(group => (group.Key, (IReadOnlyList<string>)[.. group.Select(holder => holder.Name)]))],
            StaleHandles = [.. StaleHandles()],
            MissingHandles = [.. MissingHandles()],
            BadBlocks = [.. inventory.Blocks.SelectMany(Faults), .. Overlaps(), .. LostClaims()],
        };
    }

    /// <summary>Null of an address that somebody has, or is about to have.</summary>
    private Leak? Judge(AddressOwner owner)
    {
        if (_holders.Contains(owner.Address))
            return null;
        if (owner.IsCooling)
            return null;
        if (owner.Node is { } node && !_nodes.Contains(node))
            return new(owner, $"no endpoint has it, and there is no node {node}");
        if (owner.Node is { } host && owner.HandleId == IpamClient.ReserveHandle(host))
            return null;
        if (owner.HandleId?.Contains(Tunnel, StringComparison.Ordinal) == true)
            return null;

        return owner.Since is { } since && now - since < Grace
            ? null
            : new(owner, owner.Node is null ? "no endpoint has it" : $"no endpoint on {owner.Node} or elsewhere has it");
    }

    private bool IsInPool(IPAddress address) => inventory.Pools.Any(pool => pool.Spec.Cidr.IsIPv4 == address.IsIPv4 && pool.Spec.Cidr.Contains(address));

    private IEnumerable<string> StaleHandles()
    {
        var held = Held();
        return from handle in inventory.Handles
               from block in handle.Value.Block
               let count = IPNetwork.TryParse(block.Key, out var cidr) ? held.GetValueOrDefault((handle.Key, cidr)) : 0
               where block.Value > count
               select $"{handle.Key}: {block.Value} in {block.Key}, which knows of {count}";
    }

    private IEnumerable<string> MissingHandles() =>
        from held in Held()
        let count = inventory.Handles.GetValueOrDefault(held.Key.Handle)?.Block.GetValueOrDefault(held.Key.Block.ToString()) ?? 0
        where count < held.Value
        select $"{held.Key.Handle}: {held.Key.Block} has {held.Value}, the handle {(count == 0 ? "names none" : $"names {count}")}";

    private Dictionary<(string Handle, IPNetwork Block), int> Held() => inventory.Blocks
        .SelectMany(block => IpamInventory.AllocationsOf(block).Where(owner => owner.HandleId is not null).Select(owner => (Handle: owner.HandleId ?? "", Block: block.Cidr)))
        .CountBy(pair => pair)
        .ToDictionary();

    private IEnumerable<string> Faults(Block block)
    {
        if (block.Allocations.Count != (int)block.Cidr.Size)
            yield return $"{block.Cidr} has {block.Allocations.Count} places for {block.Cidr.Size} addresses";

        var free = block.Allocations.Index().Where(place => place.Item is null).Select(place => place.Index);
        if (!free.SequenceEqual(block.Unallocated.Order()))
            yield return $"{block.Cidr} lists other addresses as free than are";
        if (block.Host is { } host && !inventory.Affinities.ContainsKey((host, block.Cidr)))
            yield return $"{block.Cidr} is {host}'s by the block, and {host} has no claim on it";
        if (block.Host is { } gone && !_nodes.Contains(gone))
            yield return $"{block.Cidr} is {gone}'s, and there is no such node: 'calicoctl delete node {gone}' releases it";
        if (!inventory.Pools.Any(pool => pool.Spec.Cidr.Overlaps(block.Cidr)))
            yield return $"{block.Cidr} is in no pool";
    }

    private IEnumerable<string> Overlaps()
    {
        // In order of address an overlap is one with the block before, or with one that reaches as far.
        var ordered = inventory.Blocks.OrderBy(block => block.Cidr.IsIPv4 ? 0 : 1).ThenBy(block => block.Cidr.BaseAddress.ToBits()).ThenBy(block => block.Cidr.PrefixLength).ToList();
        for (var i = 1; i < ordered.Count; i++)
        {
            if (ordered[i - 1].Cidr.Overlaps(ordered[i].Cidr))
                yield return $"{ordered[i].Cidr} overlaps {ordered[i - 1].Cidr}";
        }
    }

    /// <summary>Confirmed claims on blocks that are not there or are another's.</summary>
    private IEnumerable<string> LostClaims()
    {
        var hosts = inventory.Blocks.ToDictionary(block => block.Cidr, block => block.Host);
        foreach (var ((host, cidr), claim) in inventory.Affinities)
        {
            var isThere = hosts.TryGetValue(cidr, out var owner);
            if (claim.State == AffinityState.Confirmed && owner != host)
                yield return $"{host} has a confirmed claim on {cidr}, which {(!isThere ? "is not there" : owner is null ? "is nobody's" : $"is {owner}'s")}";
        }
    }
}
