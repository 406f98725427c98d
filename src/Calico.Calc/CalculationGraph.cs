using System.Collections.Immutable;
using Calico.Calc.Bgp;
using Calico.Calc.Policy;
using Calico.Model.Hosts;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Calico.Model.Store;

namespace Calico.Calc;

/// <summary>Works out of the whole store what one host needs: its kernel's state and its BGP speaker's.</summary>
/// <remarks>
/// In: changes in any order; each says what a thing is now. Out, at <see cref="Flush"/>: a state that depends on what is known, never on
/// how it became known, whose unchanged parts are the same objects as before. A change costs what it touches: selectors are filed by what
/// they ask of labels, and only sets, rules and endpoints that are another now are made anew. No I/O; one caller at a time.
/// <code>
///  endpoints of all ─┬─► LabelledAddresses ─┬─► AddressSets ◄── sets that rules look into ── ActiveRules ─┐
///  hosts, sets ──────┤     (inherit labels) │                                             ▲           │
///  Profile ──────────┘                      └─► PolicyMatches ─► LocalEndpoints, ─────────┘           ▼
///  network policies, staged ones too ──────────────┘             LocalHostEndpoints ─────────────► HostState
///  Tier ─────────────────────────────────────────────────────────────┘                                ▲
///  FelixConfiguration ─► SettingsChoice ──────────────────────────────────────────────────────────────┤
///  IPPool, affinities ─► HostBlocks ──────────────────────────────────────────────────────────────────┘
///  Node, BGPConfiguration, BGPPeer ─► BgpCalculation ─► BgpState
/// </code>
/// </remarks>
public sealed class CalculationGraph
{
    private readonly Problems _problems = new();
    private readonly LabelledAddresses _labelled;
    private readonly AddressSets _sets = new();
    private readonly ActiveRules _rules;
    private readonly PolicyMatches _matches;
    private readonly TierOrder _tiers = new();
    private readonly Profiles _profiles;
    private readonly LocalEndpoints _workloads;
    private readonly LocalHostEndpoints _hostEndpoints;
    private readonly SettingsChoice _settings;
    private readonly HostBlocks _blocks;
    private readonly BgpCalculation _bgp;
    private HostState _host = HostState.Empty;
    private BgpState? _speaker;

    public CalculationGraph(string hostname)
    {
        _labelled = new(OnLabelled);
        _rules = new(_sets, _problems);
        _matches = new(_rules, _problems, Touch);
        _profiles = new(_rules);
        var policies = new EndpointPolicies(_matches, _tiers, _profiles, _rules, _problems);
        _workloads = new(hostname, policies, _problems);
        _hostEndpoints = new(hostname, policies);
        _settings = new(hostname, _problems);
        _blocks = new(hostname);
        _bgp = new(hostname);
    }

    public void Apply(IEnumerable<StoreChange> changes)
    {
        foreach (var change in changes)
            Apply(change);
    }

    /// <summary>Takes note of one change; the work is done at <see cref="Flush"/>. Kinds that no host's state depends on are passed over.</summary>
    public void Apply(StoreChange change)
    {
        switch (change.Name)
        {
            case StoreName.OfAffinity(var host, var block):
                _blocks.OnAffinity(host, block, change.Value as BlockAffinity);
                break;
            case StoreName.OfResource(var id):
                OnResource(id, change.Value);
                break;
            default:
                break;
        }
    }

    /// <summary>Brings the states up to date with every change taken so far.</summary>
    public Calculation Flush()
    {
        var host = _hostEndpoints.Flush(_workloads.Flush(_host));
        host = _settings.Flush(_sets.Flush(_rules.Flush(host))) with
        {
            LocalBlocks = _host.LocalBlocks.Become(_blocks.Local),
            Blocks = _host.Blocks.Become(_blocks.OfAll),
            Pools = _host.Pools.Become(_blocks.Pools),
            NatOutgoingPools = _host.NatOutgoingPools.Become(_blocks.NatOutgoing),
        };
        if (host != _host)
            _host = host;

        if (_sets.ProblemsChanged)
            _problems.Set("ports", [.. _sets.Problems]);
        var addresses = _host.Endpoints.Values.SelectMany(endpoint => endpoint.Addresses);
        _speaker = _bgp.Flush(_speaker, _blocks.Originated(addresses));
        _problems.Set("BGP", _bgp.Problems.ToImmutableArray());
        return new(_host, _speaker, _problems.Sorted);
    }

    private void OnResource(ResourceId id, object? value)
    {
        if (id.Kind == Kinds.WorkloadEndpoint)
            OnWorkload(id, value as Resource<WorkloadEndpointSpec>);
        else if (id.Kind == Kinds.HostEndpoint)
            OnHostEndpoint(id, value as Resource<HostEndpointSpec>);
        else if (id.Kind == Kinds.Profile)
            OnProfile(id.Name, value as Resource<ProfileSpec>);
        else if (id.Kind.SpecType == typeof(PolicySpec))
            _matches.OnPolicy(id, value as Resource<PolicySpec>);
        else if (id.Kind.SpecType == typeof(NetworkSetSpec))
            _labelled.OnNetworkSet(id, value as Resource<NetworkSetSpec>);
        else if (id.Kind == Kinds.Tier)
            OnTier(id.Name, value as Resource<TierSpec>);
        else if (id.Kind == Kinds.FelixConfiguration)
            _settings.OnConfiguration(id.Name, value as Resource<FelixConfigurationSpec>);
        else if (id.Kind == Kinds.IPPool)
            _blocks.OnPool(id.Name, value as Resource<IPPoolSpec>);
        else
            OnBgp(id, value);
    }

    private void OnWorkload(ResourceId id, Resource<WorkloadEndpointSpec>? endpoint)
    {
        _workloads.OnEndpoint(id, endpoint);
        _labelled.OnEndpoint(id, endpoint);
    }

    private void OnHostEndpoint(ResourceId id, Resource<HostEndpointSpec>? endpoint)
    {
        _hostEndpoints.OnEndpoint(id, endpoint);
        _labelled.OnEndpoint(id, endpoint);
    }

    private void OnProfile(string name, Resource<ProfileSpec>? profile)
    {
        _profiles.OnProfile(name, profile);
        _labelled.OnProfile(name, profile);
    }

    private void OnTier(string name, Resource<TierSpec>? tier)
    {
        if (!_tiers.OnTier(name, tier))
            return;

        _workloads.TouchAll();
        _hostEndpoints.TouchAll();
    }

    private void OnBgp(ResourceId id, object? value)
    {
        if (id.Kind == Kinds.Node)
            _settings.OnNode(id.Name, value as Resource<NodeSpec>);
        _bgp.OnResource(id, value);
    }

    private void OnLabelled(ResourceId id, Labelled? item)
    {
        _sets.OnItem(id, item);
        _matches.OnEndpoint(id, _workloads.IsLocal(id) || _hostEndpoints.IsLocal(id) ? item?.Labels : null);
    }

    private void Touch(ResourceId endpoint)
    {
        if (endpoint.Kind == Kinds.WorkloadEndpoint)
            _workloads.Touch(endpoint);
        else
            _hostEndpoints.Touch(endpoint);
    }
}

/// <param name="Host">What this host's kernel must hold.</param>
/// <param name="Bgp">What its BGP speaker must do; null until the node's own resource is known.</param>
/// <param name="Problems">What of the stored resources could not be used, where and what was done instead; in order.</param>
public sealed record Calculation(HostState Host, BgpState? Bgp, ImmutableArray<string> Problems);
