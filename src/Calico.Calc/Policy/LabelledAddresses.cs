using System.Net;
using Calico.Model.Addresses;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Calico.Model.Values;

namespace Calico.Calc.Policy;

/// <summary>A node of the calculation graph: everything that selectors range over, with the labels it presents.</summary>
/// <remarks>
/// In: endpoints of all hosts, network sets, profiles. Out: <paramref name="changed"/>, when the labels or addresses of a thing have
/// changed, with null when it is gone. An own label wins over an inherited one, and an earlier profile over a later one.
/// </remarks>
internal sealed class LabelledAddresses(Action<ResourceId, Labelled?> changed)
{
    private readonly Dictionary<ResourceId, Source> _sources = [];
    private readonly Dictionary<string, Labels> _profileLabels = [];
    private readonly Dictionary<string, HashSet<ResourceId>> _heirs = [];

    private sealed record Source(Labels Labels, ValueList<string> Profiles, ValueList<IPNetwork> Addresses, ValueList<EndpointPort> Ports);

    public void OnEndpoint(ResourceId id, Resource<WorkloadEndpointSpec>? endpoint) =>
        OnSource(id, endpoint is null ? null : new(
            SpecialLabels.Of(endpoint.Metadata, endpoint.Spec),
            endpoint.Spec.Profiles ?? [],
            endpoint.Spec.IpNetworks ?? [],
            endpoint.Spec.Ports ?? []));

    /// <summary>A host endpoint is found by the addresses it is expected to have; those of its interface are not learnt.</summary>
    public void OnEndpoint(ResourceId id, Resource<HostEndpointSpec>? endpoint) =>
        OnSource(id, endpoint is null ? null : new(
            SpecialLabels.Of(endpoint.Metadata),
            endpoint.Spec.Profiles ?? [],
            (endpoint.Spec.ExpectedIPs ?? []).Select(address => address.HostPrefix).ToValueList(),
            endpoint.Spec.Ports ?? []));

    public void OnNetworkSet(ResourceId id, Resource<NetworkSetSpec>? set) =>
        OnSource(id, set is null ? null : new(
            SpecialLabels.Of(set.Metadata),
            id.Namespace is { } ns ? [SpecialLabels.NamespaceProfile(ns)] : [],
            set.Spec.Nets ?? [],
            []));

    public void OnProfile(string name, Resource<ProfileSpec>? profile)
    {
        _profileLabels.Become(name, profile?.Spec.LabelsToApply);
        foreach (var id in _heirs.GetValueOrDefault(name, []))
            Recalculate(id);
    }

    private void OnSource(ResourceId id, Source? source)
    {
        foreach (var profile in _sources.GetValueOrDefault(id)?.Profiles ?? [])
            _heirs.GetValueOrDefault(profile)?.Remove(id);

        _sources.Become(id, source);
        foreach (var profile in source?.Profiles ?? [])
        {
            if (!_heirs.TryGetValue(profile, out var heirs))
                _heirs[profile] = heirs = [];
            heirs.Add(id);
        }

        Recalculate(id);
    }

    private void Recalculate(ResourceId id)
    {
        var source = _sources.GetValueOrDefault(id);
        changed(id, source is null ? null : new Labelled(Inherit(source), source.Addresses, source.Ports));
    }

    private Labels Inherit(Source source)
    {
        var inherited = source.Profiles
            .SelectMany(profile => (IEnumerable<KeyValuePair<string, string>>)_profileLabels.GetValueOrDefault(profile, Labels.Empty))
            .ToList();
        return inherited.Count == 0 ? source.Labels : new(source.Labels.Concat(inherited).DistinctBy(label => label.Key));
    }
}

/// <param name="Labels">Own and inherited.</param>
/// <param name="Addresses">Host prefixes of an endpoint, any of a network set.</param>
/// <param name="Ports">Those that an endpoint declares by name.</param>
internal sealed record Labelled(Labels Labels, ValueList<IPNetwork> Addresses, ValueList<EndpointPort> Ports);
