using System.Net;
using System.Net.NetworkInformation;
using Calico.Model.Values;

namespace Calico.Model.Hosts;

/// <summary>A workload endpoint of this host.</summary>
/// <remarks>
/// The first packet of a connection that the endpoint sends is judged by <see cref="Egress"/>, of one that is sent to it by
/// <see cref="Ingress"/>; between two endpoints of one host by both, the sender's first. Packets of a connection that is known pass.
/// After the tiers (see <see cref="EndpointTier"/>) the profiles decide in order: the first Allow or Deny. Pass leaves the profile for
/// the next one, and when none has decided, the packet is denied. A host is always let through to its own workloads. What a workload sends to the host itself is judged by its egress,
/// then by <see cref="HostSettings.EndpointToHostAction"/>, never by a host endpoint's policy.
/// </remarks>
public sealed record LocalEndpoint
{
    /// <summary>The name of the WorkloadEndpoint resource, with its namespace.</summary>
    public required string Id { get; init; }

    public required string Interface { get; init; }

    public PhysicalAddress? Mac { get; init; }

    /// <summary>Its host answers its queries for names: it is a container of an engine, whose networks have names.</summary>
    public bool AsksNames { get; init; }

    /// <summary>Host prefixes; each gets a route to the interface.</summary>
    public required ValueList<IPNetwork> Addresses { get; init; }

    /// <summary>Addresses of the workload's other endpoints: what came by one of them it may answer by way of this one.</summary>
    public ValueList<IPNetwork> Siblings { get; init; } = [];

    /// <summary>In order. A tier is listed for a direction only if a policy of it applies there.</summary>
    public ValueList<EndpointTier> Ingress { get; init; } = [];

    public ValueList<EndpointTier> Egress { get; init; } = [];

    /// <summary>Ports of the host that lead to the endpoint.</summary>
    public ValueList<PublishedPort> Published { get; init; } = [];

    /// <summary>What decides after all tiers, in order; nothing left undecided passes.</summary>
    public ValueList<RulesId> Profiles { get; init; } = [];
}
