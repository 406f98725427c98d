using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Calico.Model.Values;

namespace Calico.Calc.Policy;

/// <summary>A node of the calculation graph: which policies apply to which endpoints of this host.</summary>
/// <remarks>
/// In: policies, and local endpoints with the labels they present. Out: <see cref="Of"/>. A change is matched against the other side only:
/// a policy against the local endpoints, an endpoint against the policies.
/// </remarks>
internal sealed class PolicyMatches
{
    private static readonly IReadOnlySet<ActivePolicy> None = new HashSet<ActivePolicy>();

    private readonly Dictionary<ResourceId, ActivePolicy> _policies = [];
    private readonly Dictionary<ResourceId, Labels> _endpoints = [];
    private readonly Dictionary<ResourceId, HashSet<ActivePolicy>> _matches = [];

    /// <summary>Counts up when an answer of <see cref="Of"/> may have changed.</summary>
    public int Version { get; private set; }

    public IEnumerable<string> Problems => _policies.Values.Select(policy => policy.Problem).OfType<string>();

    /// <summary>The policies that apply to the endpoint, in no order.</summary>
    public IReadOnlySet<ActivePolicy> Of(ResourceId endpoint) => _matches.TryGetValue(endpoint, out var policies) ? policies : None;

    public void OnPolicy(ResourceId id, Resource<PolicySpec>? resource)
    {
        Version++;
        if (_policies.Remove(id, out var before))
        {
            foreach (var matches in _matches.Values)
                matches.Remove(before);
        }

        if (resource is null)
            return;

        var policy = _policies[id] = new(id, resource);
        foreach (var (endpoint, labels) in _endpoints)
        {
            if (Applies(policy, labels))
                _matches[endpoint].Add(policy);
        }
    }

    public void OnEndpoint(ResourceId id, Labelled? endpoint)
    {
        if (Equals(endpoint?.Labels, _endpoints.GetValueOrDefault(id)))
            return;

        Version++;
        _endpoints.Become(id, endpoint?.Labels);
        _matches.Become(id, endpoint is null ? null : _policies.Values.Where(policy => Applies(policy, endpoint.Labels)).ToHashSet());
    }

    private static bool Applies(ActivePolicy policy, Labels labels) => policy.AppliesToWorkloads && policy.Selector?.Matches(labels) == true;
}
