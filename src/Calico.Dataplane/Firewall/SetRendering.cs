using System.Collections.Immutable;
using System.Net;
using Calico.Model.Addresses;
using Calico.Model.Hosts;
using Calico.Model.Values;

namespace Calico.Dataplane.Firewall;

/// <summary>Makes the table's sets as rules come to need them, each once.</summary>
/// <param name="host">Has the addresses and ports behind selectors.</param>
/// <param name="known">Sets made before: one whose addresses are still the same object is taken over as it is.</param>
internal sealed class SetRendering(HostState host, SelectedSets known)
{
    private readonly Dictionary<string, FirewallSet> _sets = [];
    private readonly Dictionary<string, SelectedRef> _selected = [];

    public IReadOnlyDictionary<string, FirewallSet> Sets => _sets;

    /// <summary>Those among <see cref="Sets"/> whose content stands in the host's state, by their names.</summary>
    public IReadOnlyDictionary<string, SelectedRef> SelectedRefs => _selected;

    /// <summary>Adds a set that is always there, empty or not.</summary>
    public string Add(FirewallSet set)
    {
        _sets.TryAdd(set.Name, set);
        return set.Name;
    }

    public string Selected(string selectorId, int version) => AddSelected(new(selectorId, version, IsPorts: false));

    public string NamedPorts(string portSetId, int version) => AddSelected(new(portSetId, version, IsPorts: true));

    private string AddSelected(SelectedRef selected)
    {
        var set = known.Of(host, selected);
        _selected.TryAdd(set.Name, selected);
        return Add(set);
    }

    public string Networks(IEnumerable<IPNetwork> networks, int version)
    {
        var content = string.Join(' ', networks.Select(network => network.ToString()).Order(StringComparer.Ordinal));
        return Add(OfNetworks(TableNames.Networks(content, version), networks, version));
    }

    public string Ports(ValueList<Port> ports)
    {
        var ranges = SetElement.Merge(ports.Select(port => SetElement.Range(port.First, port.Last))).ToImmutableHashSet();
        var content = string.Join(' ', ranges.Select(range => range.ToString()).Order(StringComparer.Ordinal));
        return Add(new(TableNames.Ports(content), SetKeyKind.Port, IsInterval: true, IsVerdictMap: false, ranges));
    }

    /// <summary>Those of the networks that are of the family, as ranges.</summary>
    public static FirewallSet OfNetworks(string name, IEnumerable<IPNetwork> networks, int version) => new(
        name,
        KindOf(version),
        IsInterval: true,
        IsVerdictMap: false,
        [.. SetElement.Merge(networks.Where(network => network.IsIPv4 == (version == 4)).Select(SetElement.Of))]);

    internal static SetKeyKind KindOf(int version) => version == 4 ? SetKeyKind.IPv4Address : SetKeyKind.IPv6Address;
}

/// <summary>A set of the host's state in one family.</summary>
/// <param name="Id">Of <see cref="HostState.AddressSets"/> or <see cref="HostState.PortSets"/>.</param>
/// <param name="Version">4 or 6.</param>
/// <param name="IsPorts">Which of the two.</param>
internal readonly record struct SelectedRef(string Id, int Version, bool IsPorts);
