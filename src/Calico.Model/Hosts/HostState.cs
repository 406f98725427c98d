using System.Collections.Immutable;
using System.Net;

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

    /// <summary>Host endpoints of this host, by the name of the resource; which of them governs an interface, <see cref="LocalHostEndpoint.Governing"/> says.</summary>
    public ImmutableDictionary<string, LocalHostEndpoint> HostEndpoints { get; init; } = ImmutableDictionary<string, LocalHostEndpoint>.Empty;

    /// <summary>Policies, staged ones too, and profiles that a local endpoint needs.</summary>
    public ImmutableDictionary<RulesId, HostRules> Rules { get; init; } = ImmutableDictionary<RulesId, HostRules>.Empty;

    /// <summary>The addresses behind each selector that an active rule mentions, by the selector's id.</summary>
    public ImmutableDictionary<string, ImmutableHashSet<IPNetwork>> AddressSets { get; init; } =
        ImmutableDictionary<string, ImmutableHashSet<IPNetwork>>.Empty;

    /// <summary>The ports behind each port name that an active rule mentions, by an id made of selector, protocol and name.</summary>
    public ImmutableDictionary<string, ImmutableHashSet<AddressPort>> PortSets { get; init; } =
        ImmutableDictionary<string, ImmutableHashSet<AddressPort>>.Empty;

    /// <summary>What FelixConfiguration says for this host.</summary>
    public HostSettings Settings { get; init; } = HostSettings.Default;

    /// <summary>Blocks this host has a confirmed affinity to: unassigned addresses in them are answered by a blackhole.</summary>
    public ImmutableHashSet<IPNetwork> LocalBlocks { get; init; } = [];

    /// <summary>Blocks that any host has a confirmed affinity to.</summary>
    public ImmutableHashSet<IPNetwork> Blocks { get; init; } = [];

    /// <summary>All pools; what goes to an address inside one is never masqueraded.</summary>
    public ImmutableHashSet<IPNetwork> Pools { get; init; } = [];

    /// <summary>Pools whose workloads are masqueraded when they leave for an address outside all pools.</summary>
    public ImmutableHashSet<IPNetwork> NatOutgoingPools { get; init; } = [];
}
