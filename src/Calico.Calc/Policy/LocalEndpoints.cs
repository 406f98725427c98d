using System.Collections.Immutable;
using System.Net;
using Calico.Model.Hosts;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Calico.Model.Selectors;
using Calico.Model.Values;

namespace Calico.Calc.Policy;

/// <summary>A node of the calculation graph: this host's endpoints with their policies in order, and the rules they need.</summary>
/// <remarks>
/// Where two endpoints claim one interface or one address, the one whose name sorts first has it, so that all ways to this state agree.
/// </remarks>
internal sealed class LocalEndpoints(string hostname, PolicyMatches matches)
{
    private readonly Dictionary<ResourceId, Resource<WorkloadEndpointSpec>> _endpoints = [];
    private readonly Profiles _profiles = new();
    private readonly TierOrder _tiers = new();
    private readonly List<string> _problems = [];
    private Result? _result;
    private int _matchesVersion;

    /// <param name="Endpoints">By the host's interface.</param>
    /// <param name="Rules">Of the policies and profiles that they name.</param>
    /// <param name="Selectors">Those of the rules, by their ids.</param>
    public sealed record Result(
        ImmutableDictionary<string, LocalEndpoint> Endpoints,
        ImmutableDictionary<RulesId, HostRules> Rules,
        IReadOnlyDictionary<string, Selector> Selectors);

    /// <summary>As of the last flush.</summary>
    public IReadOnlyList<string> Problems => _problems;

    public bool IsLocal(ResourceId id) => _endpoints.ContainsKey(id);

    public void OnEndpoint(ResourceId id, Resource<WorkloadEndpointSpec>? endpoint)
    {
        var local = endpoint?.Spec.Node == hostname ? endpoint : null;
        if (local is null && !_endpoints.ContainsKey(id))
            return;

        _endpoints.Become(id, local);
        _result = null;
    }

    public void OnProfile(string name, Resource<ProfileSpec>? profile)
    {
        _profiles.OnProfile(name, profile);
        _result = null;
    }

    public void OnTier(string name, Resource<TierSpec>? tier)
    {
        _tiers.OnTier(name, tier);
        _result = null;
    }

    public Result Flush(HostState before)
    {
        if (_result is not null && _matchesVersion == matches.Version)
            return _result;

        _problems.Clear();
        _matchesVersion = matches.Version;
        var endpoints = new Dictionary<string, LocalEndpoint>();
        var rules = new Dictionary<RulesId, ResolvedRules>();
        var owners = new Dictionary<IPNetwork, string>();
        foreach (var (id, endpoint) in _endpoints.OrderBy(pair => pair.Key.ToString(), StringComparer.Ordinal))
            Add(id, endpoint.Spec, endpoints, owners, rules);

        foreach (var resolved in rules.Values)
            _problems.AddRange(resolved.Problems);

        var selectors = rules.Values.SelectMany(resolved => resolved.Selectors).DistinctBy(pair => pair.Key).ToDictionary();
        return _result = new(
            before.Endpoints.Become(endpoints),
            before.Rules.Become(rules.ToDictionary(pair => pair.Key, pair => pair.Value.Rules)),
            selectors);
    }

    private void Add(
        ResourceId id,
        WorkloadEndpointSpec spec,
        Dictionary<string, LocalEndpoint> endpoints,
        Dictionary<IPNetwork, string> owners,
        Dictionary<RulesId, ResolvedRules> rules)
    {
        if (spec.InterfaceName is not { Length: > 0 } name || spec.IpNetworks is not { Count: > 0 } addresses)
            return; // still being made: it passes no traffic until it has both

        if (endpoints.TryGetValue(name, out var other))
        {
            _problems.Add($"{id} is left out: interface {name} is {other.Id}'s already");
            return;
        }

        var policies = matches.Of(id);
        var profiles = (spec.Profiles ?? []).Select(Profiles.Id).ToValueList();
        endpoints[name] = new()
        {
            Id = id.Namespace is null ? id.Name : $"{id.Namespace}/{id.Name}",
            Interface = name,
            Mac = spec.Mac,
            Addresses = addresses.Where(address => Claim(id, address, owners)).ToValueList(),
            Ingress = _tiers.Arrange(policies.Where(policy => policy.AppliesToIngress)),
            Egress = _tiers.Arrange(policies.Where(policy => policy.AppliesToEgress)),
            Profiles = profiles,
        };
        foreach (var policy in policies)
        {
            if (rules.TryAdd(policy.Id, policy.Rules) && !_tiers.Knows(policy.Tier))
                _problems.Add($"{policy.Id} is in tier '{policy.Tier}', which does not exist: it comes after all other tiers, with default action Deny");
        }

        foreach (var profile in profiles)
        {
            if (rules.TryAdd(profile, _profiles.Rules(profile.Name)) && !_profiles.Knows(profile.Name))
                _problems.Add($"{profile} does not exist: the endpoints that name it are closed");
        }
    }

    private bool Claim(ResourceId id, IPNetwork address, Dictionary<IPNetwork, string> owners)
    {
        if (owners.TryAdd(address, id.ToString()) || owners[address] == id.ToString())
            return true;

        _problems.Add($"{id} does without {address}: it is {owners[address]}'s already");
        return false;
    }
}
