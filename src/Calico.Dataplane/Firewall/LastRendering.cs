using System.Net;
using Calico.Model.Hosts;

namespace Calico.Dataplane.Firewall;

/// <summary>A table with what it was made of, so that one that differs in the addresses of sets alone is made by changing those sets.</summary>
/// <param name="Host">What was wanted.</param>
/// <param name="InterfaceAddresses">The host's own.</param>
/// <param name="Table">What came of it.</param>
/// <param name="Selected">The sets whose content stands in the host's state, by name.</param>
/// <param name="Contents">Such sets whose content went into maps, as it was.</param>
internal sealed record LastRendering(
    HostState Host,
    IReadOnlyDictionary<string, IReadOnlySet<IPAddress>>? InterfaceAddresses,
    FirewallTable Table,
    IReadOnlyDictionary<string, SelectedRef> Selected,
    IReadOnlyDictionary<SelectedRef, FirewallSet> Contents)
{
    /// <returns>Null: more than sets has changed.</returns>
    public LastRendering? Become(HostState host, IReadOnlyDictionary<string, IReadOnlySet<IPAddress>>? interfaceAddresses, SelectedSets sets)
    {
        if (!HasPoliciesOf(host) || !ReferenceEquals(InterfaceAddresses, interfaceAddresses) || Contents.Any(content => !ReferenceEquals(sets.Of(host, content.Key), content.Value)))
            return null;

        var changed = Table.Sets;
        foreach (var (name, selected) in Selected)
        {
            var set = sets.Of(host, selected);
            if (set.Name != name)
                return null; // of another kind now

            if (!ReferenceEquals(set, Table.Sets[name]))
                changed = changed.SetItem(name, set);
        }

        return this with { Host = host, Table = Table with { Sets = changed } };
    }

    private bool HasPoliciesOf(HostState host) =>
        ReferenceEquals(Host.Endpoints, host.Endpoints)
        && ReferenceEquals(Host.HostEndpoints, host.HostEndpoints)
        && ReferenceEquals(Host.Rules, host.Rules)
        && ReferenceEquals(Host.Settings, host.Settings)
        && ReferenceEquals(Host.Pools, host.Pools)
        && ReferenceEquals(Host.NatOutgoingPools, host.NatOutgoingPools);
}
