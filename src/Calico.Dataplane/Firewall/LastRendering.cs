using System.Net;
using Calico.Model.Hosts;

namespace Calico.Dataplane.Firewall;

/// <summary>A table with what it was made of, so that one that differs in the addresses of sets alone is made by changing those sets.</summary>
/// <param name="Host">What was wanted.</param>
/// <param name="Families">Those that it speaks of.</param>
/// <param name="Table">What came of it.</param>
/// <param name="Selected">The sets whose content stands in the host's state, by name.</param>
/// <param name="Contents">Such sets whose content went into maps, as it was.</param>
internal sealed record LastRendering(
    HostState Host,
    IReadOnlyList<int> Families,
    FirewallTable Table,
    IReadOnlyDictionary<string, SelectedRef> Selected,
    IReadOnlyDictionary<SelectedRef, FirewallSet> Contents)
{
    /// <summary>The host's own.</summary>
    public IReadOnlyDictionary<string, IReadOnlySet<IPAddress>>? InterfaceAddresses { get; init; }

    /// <returns>Null: more than sets has changed.</returns>
    public LastRendering? Become(HostState host, IReadOnlyDictionary<string, IReadOnlySet<IPAddress>>? interfaceAddresses, SelectedSets sets)
    {
        if (!HasPoliciesOf(host) || !ReferenceEquals(InterfaceAddresses, interfaceAddresses) || !HasSetsOf(host, sets))
            return null;

        var changed = new Dictionary<string, FirewallSet>(Table.Sets);
        foreach (var (name, selected) in Selected)
            changed[name] = sets.Of(host, selected);
        return this with { Host = host, Table = Table with { Sets = changed } };
    }

    /// <summary>True if rules that look into these sets need not change: none is of another kind now, and none that went into a map has other elements.</summary>
    public bool HasSetsOf(HostState host, SelectedSets sets) =>
        (ReferenceEquals(Host.AddressSets, host.AddressSets) && ReferenceEquals(Host.PortSets, host.PortSets))
        || (Selected.All(selected => sets.Of(host, selected.Value).Name == selected.Key) && Contents.All(content => ReferenceEquals(sets.Of(host, content.Key), content.Value)));

    private bool HasPoliciesOf(HostState host) =>
        ReferenceEquals(Host.Endpoints, host.Endpoints)
        && ReferenceEquals(Host.HostEndpoints, host.HostEndpoints)
        && ReferenceEquals(Host.Rules, host.Rules)
        && ReferenceEquals(Host.Settings, host.Settings)
        && ReferenceEquals(Host.Pools, host.Pools)
        && ReferenceEquals(Host.Blocks, host.Blocks)
        && ReferenceEquals(Host.NatOutgoingPools, host.NatOutgoingPools);
}
