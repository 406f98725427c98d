using System.Net;
using Calico.Model.Hosts;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Calico.Model.Values;

namespace Calico.Calc.Policy;

/// <summary>A node of the calculation graph: this host's workload endpoints with their policies in order.</summary>
/// <remarks>
/// In: endpoints, and word of those to be looked at again. Out, at <see cref="Flush"/>: the endpoints that have changed. Where two claim one
/// interface or one address, the one whose name sorts first has it.
/// </remarks>
internal sealed class LocalEndpoints
{
    private readonly string _hostname;
    private readonly EndpointPolicies _policies;
    private readonly Problems _problems;
    private readonly Dictionary<ResourceId, WorkloadEndpointSpec> _endpoints = [];
    private readonly Dictionary<ResourceId, string> _interfaces = []; // that an endpoint has in the state
    private readonly Sandboxes _sandboxes;
    private readonly HashSet<ResourceId> _changed = [];
    private readonly Claims<string> _interfaceClaims;
    private readonly Claims<IPNetwork> _addressClaims;

    public LocalEndpoints(string hostname, EndpointPolicies policies, Problems problems)
    {
        (_hostname, _policies, _problems) = (hostname, policies, problems);
        _interfaceClaims = new(Touch);
        _addressClaims = new(Touch);
        _sandboxes = new(Touch);
    }

    public bool IsLocal(ResourceId id) => _endpoints.ContainsKey(id);

    public void OnEndpoint(ResourceId id, Resource<WorkloadEndpointSpec>? endpoint)
    {
        var local = endpoint?.Spec.Node == _hostname ? endpoint : null;
        if (local is null && !_endpoints.ContainsKey(id))
            return;

        _endpoints.Become(id, local?.Spec);
        _sandboxes.Set(id, local?.Metadata.Annotations?.GetValueOrDefault(NetworkNames.SandboxAnnotation));
        var isMade = local?.Spec is { InterfaceName.Length: > 0, IpNetworks.Count: > 0 }; // until then it passes no traffic
        _interfaceClaims.Set(id, isMade ? [local?.Spec.InterfaceName ?? ""] : []);
        _changed.Add(id);
    }

    /// <summary>Something that the endpoint rests on is another now.</summary>
    public void Touch(ResourceId id) => _changed.Add(id);

    public void TouchAll() => _changed.UnionWith(_endpoints.Keys);

    public HostState Flush(HostState host)
    {
        if (_changed.Count == 0)
            return host;

        var changes = new Dictionary<string, LocalEndpoint?>();
        while (_changed.Count > 0)
        {
            var id = _changed.First();
            _changed.Remove(id);
            var endpoint = Make(id); // may touch others that claim its addresses
            if (_interfaces.Remove(id, out var before))
                changes.TryAdd(before, value: null);
            if (endpoint is null)
                continue;

            _interfaces[id] = endpoint.Interface;
            changes[endpoint.Interface] = endpoint;
        }

        // An interface that one endpoint left and another took: the order of looking at them must not matter.
        foreach (var (id, name) in _interfaces)
        {
            if (changes.TryGetValue(name, out var change) && change is null)
                changes[name] = Make(id);
        }

        return host with { Endpoints = host.Endpoints.With(changes) };
    }

    private LocalEndpoint? Make(ResourceId id)
    {
        _problems.Set(("endpoint", id), problem: null);
        var spec = _endpoints.GetValueOrDefault(id);
        var name = spec?.InterfaceName;
        if (spec is null || string.IsNullOrEmpty(name) || spec.IpNetworks is not { Count: > 0 } addresses || !HasInterface(id, name))
        {
            _addressClaims.Set(id, []);
            _policies.Use(id, [], []);
            return null;
        }

        _addressClaims.Set(id, addresses.ToHashSet());
        var others = addresses.Where(address => _addressClaims.OwnerOf(address) != id).Distinct().ToList();
        _problems.Set(("endpoint", id), [.. others.Select(address => $"{id} does without {address}: it is {_addressClaims.OwnerOf(address)}'s already")]);
        var profiles = spec.Profiles ?? [];
        _policies.Use(id, [Stage.Normal], profiles);
        var (ingress, egress) = _policies.Arrange(id, Stage.Normal);
        return new()
        {
            Id = $"{id.Namespace}/{id.Name}",
            Interface = name,
            Mac = spec.Mac,
            AsksNames = spec.Orchestrator == NetworkNames.DockerOrchestrator,
            Addresses = addresses.Where(address => !others.Contains(address)).ToValueList(),
            Siblings = _sandboxes.Others(id).SelectMany(other => _endpoints.GetValueOrDefault(other)?.IpNetworks ?? []).ToValueList(),
            Ingress = ingress,
            Egress = egress,
            Profiles = profiles.Select(Profiles.Id).ToValueList(),
            Published = (spec.Ports ?? [])
                .Where(port => port.HostPort > 0)
                .Select(port => new PublishedPort(port.Protocol, port.HostIP, port.HostPort.GetValueOrDefault(), port.Port))
                .ToValueList(),
        };
    }

    private bool HasInterface(ResourceId id, string name)
    {
        var owner = _interfaceClaims.OwnerOf(name);
        _problems.Set(("endpoint", id), owner == id ? null : $"{id} is left out: interface {name} is {owner}'s already");
        return owner == id;
    }
}
