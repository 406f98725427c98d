using System.Collections.Immutable;
using System.Net;
using Calico.Model.Addresses;
using Calico.Model.Hosts;

namespace Calico.Dataplane.Firewall;

/// <summary>Remembers the sets made of selected addresses and ports, so that one that has not changed is not made again.</summary>
internal sealed class SelectedSets
{
    private readonly Dictionary<SelectedRef, (object Content, FirewallSet Set)> _sets = [];

    public FirewallSet Of(HostState host, SelectedRef selected)
    {
        var (addresses, ports) = (host.AddressSets.GetValueOrDefault(selected.Id, []), host.PortSets.GetValueOrDefault(selected.Id, []));
        object now = selected.IsPorts ? ports : addresses;
        if (_sets.TryGetValue(selected, out var known) && ReferenceEquals(known.Content, now))
            return known.Set;

        var set = (known.Set, known.Content, selected.IsPorts) switch
        {
            ({ IsInterval: false } before, ImmutableHashSet<IPNetwork> content, false) when Change(before, content, addresses, selected.Version) is { } changed => changed,
            (_, _, true) => Make(selected, ports),
            _ => Make(selected, addresses),
        };
        _sets[selected] = (now, set);
        return set;
    }

    /// <summary>Forgets what is no longer in the host's state.</summary>
    public void Keep(HostState host)
    {
        foreach (var key in _sets.Keys.Where(key => !host.AddressSets.ContainsKey(key.Id) && !host.PortSets.ContainsKey(key.Id)).ToList())
            _sets.Remove(key);
    }

    /// <summary>The set with what has changed in it; null if it becomes one of ranges.</summary>
    private static FirewallSet? Change(FirewallSet before, ImmutableHashSet<IPNetwork> old, ImmutableHashSet<IPNetwork> now, int version)
    {
        var added = now.Where(network => network.IsIPv4 == (version == 4) && !old.Contains(network)).ToList();
        if (added.Exists(network => !network.IsHost))
            return null;

        var gone = old.Where(network => network.IsIPv4 == (version == 4) && !now.Contains(network));
        var change = new SetChange(before.Elements, [.. gone.Select(SetElement.Of)], [.. added.Select(SetElement.Of)]);
        return before with { Elements = before.Elements.Except(change.Remove).Union(change.Add), Change = change };
    }

    /// <summary>Single addresses are hashed, O(1) for look-up and change; only where there is a real prefix are all of them ranges.</summary>
    private static FirewallSet Make(SelectedRef selected, ImmutableHashSet<IPNetwork> addresses)
    {
        var networks = addresses.Where(network => network.IsIPv4 == (selected.Version == 4)).ToList();
        var isInterval = networks.Any(network => !network.IsHost);
        var name = TableNames.Selected(selected.Id, selected.Version, isInterval);
        return isInterval
            ? SetRendering.OfNetworks(name, networks, selected.Version)
            : new(name, SetRendering.KindOf(selected.Version), IsInterval: false, IsVerdictMap: false, [.. networks.Select(SetElement.Of)]);
    }

    private static FirewallSet Make(SelectedRef selected, ImmutableHashSet<AddressPort> ports) => new(
        TableNames.NamedPorts(selected.Id, selected.Version),
        selected.Version == 4 ? SetKeyKind.IPv4AddressAndPort : SetKeyKind.IPv6AddressAndPort,
        IsInterval: false,
        IsVerdictMap: false,
        [.. ports.Where(port => port.Address.IsIPv4 == (selected.Version == 4)).Select(port => SetElement.Of(SetKey.Of(port)))]);
}
