using System.Net;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;

namespace Calico.Names;

/// <summary>The names of all workloads of all hosts, kept up change by change. Each sees those of its own networks and no others.</summary>
/// <remarks>
/// A workload <c>web</c> on the network <c>calnet1</c> is found as <c>web</c> and as <c>web.calnet1</c> by who is on calnet1. Several
/// workloads of one name are all found. Any thread.
/// </remarks>
public sealed class NameDirectory
{
    private static readonly IReadOnlySet<string> Nothing = new HashSet<string>();

    private readonly Lock _lock = new(); // guards all below
    private readonly Dictionary<ResourceId, NamedEndpoint> _endpoints = [];
    private readonly Dictionary<(string Network, string Name), List<NamedEndpoint>> _byName = [];
    private readonly Dictionary<IPAddress, List<NamedEndpoint>> _byAddress = [];
    private readonly Dictionary<string, List<NamedEndpoint>> _byWorkload = [];

    /// <summary>How many endpoints are known.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _endpoints.Count;
        }
    }

    /// <summary>What an endpoint is now; null: gone.</summary>
    public void Put(ResourceId id, Resource<WorkloadEndpointSpec>? endpoint)
    {
        var named = endpoint is null ? null : NamedEndpoint.Of(id, endpoint);
        lock (_lock)
        {
            if (_endpoints.Remove(id, out var before))
                Index(before, isThere: false);
            if (named is null)
                return;

            _endpoints[id] = named;
            Index(named, isThere: true);
        }
    }

    /// <summary>What a workload finds by a name.</summary>
    /// <param name="asker">One of its addresses.</param>
    /// <param name="name">In lower case, without a final dot.</param>
    /// <returns>Null: no workload that it may know of has that name.</returns>
    internal Found? Find(IPAddress asker, string name)
    {
        lock (_lock)
        {
            List<IPAddress>? addresses = null;
            foreach (var network in NetworksOf(asker))
            {
                foreach (var endpoint in Named(network, name))
                    addresses = [.. (addresses ?? []).Union(endpoint.Addresses)];
            }

            return addresses is null ? null : new(addresses, []);
        }
    }

    /// <summary>The names of whoever has an address, as a workload may know them: with their network behind, its own name first.</summary>
    internal Found? FindAddress(IPAddress asker, IPAddress address)
    {
        lock (_lock)
        {
            var networks = NetworksOf(asker);
            var names = (_byAddress.GetValueOrDefault(address) ?? [])
                .Where(endpoint => endpoint.Network is { } network && networks.Contains(network))
                .SelectMany(endpoint => endpoint.Names.Take(1).Select(name => $"{name}.{endpoint.Suffixes[0]}"))
                .ToList();
            return names.Count == 0 ? null : new([], names);
        }
    }

    private IReadOnlySet<string> NetworksOf(IPAddress asker) => _byAddress.TryGetValue(asker, out var own)
        ? own.SelectMany(endpoint => _byWorkload[endpoint.Workload]).Select(endpoint => endpoint.Network).OfType<string>().ToHashSet(StringComparer.Ordinal)
        : Nothing;

    private IEnumerable<NamedEndpoint> Named(string network, string name)
    {
        if (_byName.TryGetValue((network, name), out var plain))
            return plain;

        // Any dot may be the one before the network's name, for both may have dots themselves.
        for (var dot = name.IndexOf('.', StringComparison.Ordinal); dot > 0; dot = name.IndexOf('.', dot + 1))
        {
            var suffix = name[(dot + 1)..];
            if (_byName.TryGetValue((network, name[..dot]), out var found) && found.Exists(endpoint => endpoint.Suffixes.Contains(suffix)))
                return found.Where(endpoint => endpoint.Suffixes.Contains(suffix));
        }

        return [];
    }

    private void Index(NamedEndpoint endpoint, bool isThere)
    {
        foreach (var name in endpoint.Network is null ? [] : endpoint.Names)
            File(_byName, (endpoint.Network ?? "", name), endpoint, isThere);
        foreach (var address in endpoint.Addresses)
            File(_byAddress, address, endpoint, isThere);
        File(_byWorkload, endpoint.Workload, endpoint, isThere);
    }

    private static void File<TKey>(Dictionary<TKey, List<NamedEndpoint>> index, TKey key, NamedEndpoint endpoint, bool isThere)
        where TKey : notnull
    {
        if (!index.TryGetValue(key, out var filed))
            index[key] = filed = [];
        if (isThere)
            filed.Add(endpoint);
        else
            filed.Remove(endpoint);
        if (filed.Count == 0)
            index.Remove(key);
    }
}
