using Calico.Model.Hosts;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Calico.Model.Values;

namespace Calico.Calc.Policy;

/// <summary>A node of the calculation graph: this host's host endpoints with their policies in order, stage by stage.</summary>
internal sealed class LocalHostEndpoints(string hostname, EndpointPolicies policies)
{
    private static readonly Stage[] Stages = Enum.GetValues<Stage>();

    private readonly Dictionary<ResourceId, HostEndpointSpec> _endpoints = [];
    private readonly HashSet<ResourceId> _changed = [];

    public bool IsLocal(ResourceId id) => _endpoints.ContainsKey(id);

    public void OnEndpoint(ResourceId id, Resource<HostEndpointSpec>? endpoint)
    {
        var local = endpoint?.Spec.Node == hostname ? endpoint : null;
        if (local is null && !_endpoints.ContainsKey(id))
            return;

        _endpoints.Become(id, local?.Spec);
        _changed.Add(id);
    }

    public void Touch(ResourceId id) => _changed.Add(id);

    public void TouchAll() => _changed.UnionWith(_endpoints.Keys);

    public HostState Flush(HostState host)
    {
        if (_changed.Count == 0)
            return host;

        var changes = _changed.ToDictionary(id => id.Name, Make);
        _changed.Clear();
        return host with { HostEndpoints = host.HostEndpoints.With(changes) };
    }

    private LocalHostEndpoint? Make(ResourceId id)
    {
        if (_endpoints.GetValueOrDefault(id) is not { } spec)
        {
            policies.Use(id, [], []);
            return null;
        }

        var profiles = spec.Profiles ?? [];
        policies.Use(id, Stages, profiles);
        return new()
        {
            Id = id.Name,
            Interface = string.IsNullOrEmpty(spec.InterfaceName) ? null : spec.InterfaceName,
            Addresses = spec.ExpectedIPs ?? [],
            Normal = policies.Arrange(id, Stage.Normal),
            Forward = policies.Arrange(id, Stage.Forward),
            Untracked = policies.Arrange(id, Stage.Untracked),
            PreDnat = policies.Arrange(id, Stage.PreDnat) with { Egress = [] },
            Profiles = profiles.Select(Profiles.Id).ToValueList(),
        };
    }
}
