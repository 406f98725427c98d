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
/// how it became known, whose unchanged parts are the same objects as before. No I/O; one caller at a time.
/// <code>
///  WorkloadEndpoint ─┬─► LabelledAddresses ─┬─► AddressSets ◄── selectors of active rules ─┐
///  NetworkSets ──────┤     (inherit labels) │                                              │
///  Profile ──────────┘                      └─► PolicyMatches ─► LocalEndpoints ─► active rules ─► HostState
///  Network policies ───────────────────────────────┘                  ▲                          ▲
///  Tier ──────────────────────────────────────────────────────────────┘                          │
///  IPPool, affinities ─────────────────────────────────────────────────► HostBlocks ─────────────┤
///  Node, BGPConfiguration, BGPPeer ────────────────────────────────────► BgpCalculation ─────► BgpState
/// </code>
/// </remarks>
public sealed class CalculationGraph
{
    private readonly LabelledAddresses _labelled;
    private readonly AddressSets _sets = new();
    private readonly PolicyMatches _matches = new();
    private readonly LocalEndpoints _endpoints;
    private readonly HostBlocks _blocks;
    private readonly BgpCalculation _bgp;
    private HostState _host = HostState.Empty;
    private BgpState? _speaker;

    public CalculationGraph(string hostname)
    {
        _labelled = new(OnLabelled);
        _endpoints = new(hostname, _matches);
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
        var (endpoints, rules, selectors) = _endpoints.Flush(_host);
        _sets.Want(selectors);
        var host = new HostState
        {
            Endpoints = endpoints,
            Rules = rules,
            AddressSets = _host.AddressSets.Become(_sets.Sets),
            LocalBlocks = _host.LocalBlocks.Become(_blocks.Local),
            Pools = _host.Pools.Become(_blocks.Pools),
            NatOutgoingPools = _host.NatOutgoingPools.Become(_blocks.NatOutgoing),
        };
        if (host != _host)
            _host = host;

        var addresses = endpoints.Values.SelectMany(endpoint => endpoint.Addresses);
        _speaker = _bgp.Flush(_speaker, _blocks.Originated(addresses));
        return new(_host, _speaker, [.. _endpoints.Problems.Concat(_matches.Problems).Concat(_bgp.Problems).Order(StringComparer.Ordinal)]);
    }

    private void OnResource(ResourceId id, object? value)
    {
        if (id.Kind == Kinds.WorkloadEndpoint)
        {
            _endpoints.OnEndpoint(id, value as Resource<WorkloadEndpointSpec>);
            _labelled.OnEndpoint(id, value as Resource<WorkloadEndpointSpec>);
        }
        else if (id.Kind == Kinds.Profile)
        {
            _endpoints.OnProfile(id.Name, value as Resource<ProfileSpec>);
            _labelled.OnProfile(id.Name, value as Resource<ProfileSpec>);
        }
        else if (id.Kind == Kinds.NetworkPolicy || id.Kind == Kinds.GlobalNetworkPolicy)
        {
            _matches.OnPolicy(id, value as Resource<PolicySpec>);
        }
        else if (id.Kind == Kinds.NetworkSet || id.Kind == Kinds.GlobalNetworkSet)
        {
            _labelled.OnNetworkSet(id, value as Resource<NetworkSetSpec>);
        }
        else if (id.Kind == Kinds.Tier)
        {
            _endpoints.OnTier(id.Name, value as Resource<TierSpec>);
        }
        else if (id.Kind == Kinds.IPPool)
        {
            _blocks.OnPool(id.Name, value as Resource<IPPoolSpec>);
        }
        else
        {
            _bgp.OnResource(id, value);
        }
    }

    private void OnLabelled(ResourceId id, Labelled? item)
    {
        _sets.OnItem(id, item);
        _matches.OnEndpoint(id, _endpoints.IsLocal(id) ? item : null);
    }
}

/// <param name="Host">What this host's kernel must hold.</param>
/// <param name="Bgp">What its BGP speaker must do; null until the node's own resource is known.</param>
/// <param name="Problems">What of the stored resources could not be used, where and what was done instead; in order.</param>
public sealed record Calculation(HostState Host, BgpState? Bgp, ImmutableArray<string> Problems);
