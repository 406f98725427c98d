using System.Collections.Immutable;
using System.Net;
using System.Net.NetworkInformation;
using Calico.Model.Resources.Specs;
using Calico.Model.Values;

namespace Calico.Model.Hosts;

/// <summary>What one host's kernel must hold, as the calculation graph works it out and the dataplane brings it about.</summary>
/// <remarks>
/// Immutable; a new one is made for each change. Unchanged parts are the same objects, so a reader may skip by reference.
/// Says what, not how: no chain, mark or route protocol stands here.
/// </remarks>
public sealed record HostState
{
    public static readonly HostState Empty = new();

    /// <summary>Workload endpoints of this host, by the name of the host's end of their veth pair.</summary>
    public ImmutableDictionary<string, LocalEndpoint> Endpoints { get; init; } = ImmutableDictionary<string, LocalEndpoint>.Empty;

    /// <summary>Policies and profiles that a local endpoint needs, by <see cref="RulesId"/>.</summary>
    public ImmutableDictionary<RulesId, HostRules> Rules { get; init; } = ImmutableDictionary<RulesId, HostRules>.Empty;

    /// <summary>The addresses behind each selector that an active rule mentions, by the selector's id.</summary>
    public ImmutableDictionary<string, ImmutableHashSet<IPNetwork>> AddressSets { get; init; } =
        ImmutableDictionary<string, ImmutableHashSet<IPNetwork>>.Empty;

    /// <summary>Blocks this host has a confirmed affinity to: unassigned addresses in them are answered by a blackhole.</summary>
    public ImmutableHashSet<IPNetwork> LocalBlocks { get; init; } = [];

    /// <summary>All pools; what goes to an address inside one is never masqueraded.</summary>
    public ImmutableHashSet<IPNetwork> Pools { get; init; } = [];

    /// <summary>Pools whose workloads are masqueraded when they leave for an address outside all pools.</summary>
    public ImmutableHashSet<IPNetwork> NatOutgoingPools { get; init; } = [];
}

/// <summary>A workload endpoint of this host.</summary>
public sealed record LocalEndpoint
{
    /// <summary>The name of the WorkloadEndpoint resource, with its namespace.</summary>
    public required string Id { get; init; }

    public required string Interface { get; init; }

    public PhysicalAddress? Mac { get; init; }

    /// <summary>Host prefixes; each gets a route to the interface.</summary>
    public required ValueList<IPNetwork> Addresses { get; init; }

    /// <summary>In order. A tier is listed for a direction only if a policy of it applies there.</summary>
    public ValueList<EndpointTier> Ingress { get; init; } = [];

    public ValueList<EndpointTier> Egress { get; init; } = [];

    /// <summary>What decides after all tiers, in order; nothing left undecided passes.</summary>
    public ValueList<RulesId> Profiles { get; init; } = [];
}

/// <param name="Name">The tier's name.</param>
/// <param name="Policies">Those that apply to the endpoint in this direction, in order.</param>
/// <param name="DefaultAction">Deny or Pass, when none of them decides.</param>
public sealed record EndpointTier(string Name, ValueList<RulesId> Policies, RuleAction DefaultAction);

/// <summary>Names a policy or profile on a host, as messages and counters show it.</summary>
/// <param name="Kind">GlobalNetworkPolicy, NetworkPolicy or Profile.</param>
public readonly record struct RulesId(string Kind, string? Namespace, string Name)
{
    public override string ToString() => Namespace is null ? $"{Kind}({Name})" : $"{Kind}({Namespace}/{Name})";
}

/// <summary>The rules of a policy or profile with their selectors resolved to address sets.</summary>
public sealed record HostRules(ValueList<HostRule> Ingress, ValueList<HostRule> Egress);

/// <summary>One rule; all that is given must hold for it to match.</summary>
public sealed record HostRule
{
    public required RuleAction Action { get; init; }

    public int? IpVersion { get; init; }

    public Protocol? Protocol { get; init; }

    public Protocol? NotProtocol { get; init; }

    public Icmp? Icmp { get; init; }

    public Icmp? NotIcmp { get; init; }

    public HostPeer Source { get; init; } = HostPeer.Any;

    public HostPeer Destination { get; init; } = HostPeer.Any;
}

/// <summary>One side of a rule. Of <see cref="Nets"/> and <see cref="Ports"/> one must match if there are any; each set must.</summary>
public sealed record HostPeer
{
    public static readonly HostPeer Any = new();

    public ValueList<IPNetwork> Nets { get; init; } = [];

    public ValueList<IPNetwork> NotNets { get; init; } = [];

    /// <summary>Ids of address sets the address must all be in.</summary>
    public ValueList<string> Sets { get; init; } = [];

    /// <summary>Ids of address sets the address must be in none of.</summary>
    public ValueList<string> NotSets { get; init; } = [];

    /// <summary>Numbers and ranges only.</summary>
    public ValueList<Port> Ports { get; init; } = [];

    public ValueList<Port> NotPorts { get; init; } = [];
}
