using System.Net;
using Calico.Ipam;
using Calico.Model.Addresses;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Calico.Model.Store;

namespace Calico.Plugins.Offline;

/// <summary>What of the store concerns this host's workloads, as last heard.</summary>
/// <remarks>Not thread-safe: its owner's lock guards it.</remarks>
internal sealed class LocalView(string node)
{
    private readonly Dictionary<StoreName, Resource<WorkloadEndpointSpec>> _endpoints = [];
    private readonly Dictionary<StoreName, Resource<IPPoolSpec>> _pools = [];
    private readonly Dictionary<IPNetwork, Block> _blocks = [];
    private readonly HashSet<StoreName> _profiles = [];

    public IReadOnlyDictionary<StoreName, Resource<WorkloadEndpointSpec>> Endpoints => _endpoints;

    public IReadOnlyList<Resource<IPPoolSpec>> Pools => [.. _pools.Values];

    /// <summary>Every address that is given out of this host's blocks, or out of others' for this host.</summary>
    public IEnumerable<AddressOwner> Allocations => _blocks.Values.SelectMany(IpamInventory.AllocationsOf);

    public bool HasProfile(StoreName name) => _profiles.Contains(name);

    public void Take(StoreChange change)
    {
        switch (change.Name, change.Value)
        {
            case (StoreName.OfBlock name, Block block) when block.Host == node || block.Attributes.Any(owner => owner.Secondary?.GetValueOrDefault("node") == node):
                _blocks[name.Cidr] = block;
                break;
            case (StoreName.OfBlock name, _):
                _blocks.Remove(name.Cidr);
                break;
            case (StoreName.OfResource { Id.Kind: var kind }, _) when kind == Kinds.WorkloadEndpoint:
                Keep(_endpoints, change.Name, change.Value is Resource<WorkloadEndpointSpec> endpoint && endpoint.Spec.Node == node ? endpoint : null);
                break;
            case (StoreName.OfResource { Id.Kind: var kind }, _) when kind == Kinds.IPPool:
                Keep(_pools, change.Name, change.Value as Resource<IPPoolSpec>);
                break;
            case (StoreName.OfResource { Id.Kind: var kind }, null) when kind == Kinds.Profile:
                _profiles.Remove(change.Name);
                break;
            case (StoreName.OfResource { Id.Kind: var kind }, _) when kind == Kinds.Profile:
                _profiles.Add(change.Name);
                break;
            default:
                break;
        }
    }

    /// <summary>The handle of an address; null if it is nobody's or of no block that has to do with this host.</summary>
    public string? HolderOf(IPAddress address)
    {
        foreach (var block in _blocks.Values.Where(block => block.Cidr.Contains(address)))
        {
            var ordinal = (int)(address.ToBits() - block.Cidr.BaseAddress.ToBits());
            return block.Allocations[ordinal] is { } index ? block.Attributes[index].HandleId : null;
        }

        return null;
    }

    private static void Keep<T>(Dictionary<StoreName, T> things, StoreName name, T? value)
        where T : class
    {
        if (value is null)
            things.Remove(name);
        else
            things[name] = value;
    }
}
