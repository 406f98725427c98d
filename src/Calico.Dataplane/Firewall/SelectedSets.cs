using System.Collections.Immutable;
using System.Net;
using Calico.Model.Addresses;

namespace Calico.Dataplane.Firewall;

/// <summary>Remembers the sets made of selected addresses, so that one that has not changed is not made again.</summary>
internal sealed class SelectedSets
{
    private readonly Dictionary<(string Id, int Version), (ImmutableHashSet<IPNetwork> Addresses, FirewallSet Set)> _sets = [];

    public FirewallSet Of(string selectorId, ImmutableHashSet<IPNetwork> addresses, int version)
    {
        if (_sets.TryGetValue((selectorId, version), out var known) && ReferenceEquals(known.Addresses, addresses))
            return known.Set;

        var set = Make(selectorId, addresses, version);
        _sets[(selectorId, version)] = (addresses, set);
        return set;
    }

    /// <summary>Forgets what is no longer in use.</summary>
    public void Keep(IEnumerable<string> selectorIds)
    {
        var wanted = selectorIds.ToHashSet(StringComparer.Ordinal);
        foreach (var key in _sets.Keys.Where(key => !wanted.Contains(key.Id)).ToList())
            _sets.Remove(key);
    }

    /// <summary>Single addresses are hashed, O(1) for look-up and change; only where there is a real prefix are all of them ranges.</summary>
    private static FirewallSet Make(string selectorId, ImmutableHashSet<IPNetwork> addresses, int version)
    {
        var networks = addresses.Where(network => network.IsIPv4 == (version == 4)).ToList();
        var isInterval = networks.Any(network => !network.IsHost);
        var name = TableNames.Selected(selectorId, version, isInterval);
        return isInterval
            ? SetRendering.OfNetworks(name, networks, version)
            : new(name, SetRendering.KindOf(version), IsInterval: false, IsVerdictMap: false, [.. networks.Select(SetElement.Of)]);
    }
}
