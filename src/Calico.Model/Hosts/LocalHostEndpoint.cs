using System.Net;
using Calico.Model.Values;

namespace Calico.Model.Hosts;

/// <summary>A host endpoint of this host: one of the host's own interfaces under policy, or all of them.</summary>
/// <remarks>
/// Stages that a packet meets, in this order. Allow at one stage ends all later stages of host endpoints for the packet, not a workload's
/// policy; Deny drops it.
/// <list type="table">
/// <item>Untracked: before connection tracking, both directions. Allow also takes the packet out of connection tracking. Failsafe ports first.
/// No tier ends in deny and no profile is asked: what no rule decides goes on.</item>
/// <item>PreDnat: before DNAT, ingress only, for the first packet of a connection. Failsafe ports first; ends as Untracked does.</item>
/// <item>Forward: what passes through the host, ingress at the interface it comes by and egress at the one it leaves by. A tier with a policy
/// ends in its default action; without one all passes. No profile and no failsafe ports.</item>
/// <item>Normal: what the host's own processes receive and send. Failsafe ports first, then tiers, then profiles, then deny, as for a workload.
/// What comes from or goes to a local workload is not judged here.</item>
/// </list>
/// The first packet of a connection is judged, except in Untracked, which sees every packet.
/// </remarks>
public sealed record LocalHostEndpoint
{
    public const string AllInterfaces = "*";

    /// <summary>The name of the HostEndpoint resource.</summary>
    public required string Id { get; init; }

    /// <summary>The interface, <see cref="AllInterfaces"/>, or null: the one that has one of <see cref="Addresses"/>.</summary>
    public string? Interface { get; init; }

    public ValueList<IPAddress> Addresses { get; init; } = [];

    public StagePolicy Normal { get; init; } = StagePolicy.None;

    public StagePolicy Forward { get; init; } = StagePolicy.None;

    public StagePolicy Untracked { get; init; } = StagePolicy.None;

    /// <summary>Its egress is always empty.</summary>
    public StagePolicy PreDnat { get; init; } = StagePolicy.None;

    public ValueList<RulesId> Profiles { get; init; } = [];

    /// <summary>The one that governs an interface, or null.</summary>
    /// <remarks>
    /// One that names the interface, or names none and expects an address that the interface has; of several the first by name. If there is
    /// none, the first that names <see cref="AllInterfaces"/>. Never a workload's interface, nor the loopback unless by its name.
    /// </remarks>
    public static LocalHostEndpoint? Governing(IEnumerable<LocalHostEndpoint> endpoints, string interfaceName, IReadOnlySet<IPAddress> addresses)
    {
        if (interfaceName.StartsWith(InterfaceNames.WorkloadPrefix, StringComparison.Ordinal))
            return null;

        var sorted = endpoints.OrderBy(endpoint => endpoint.Id, StringComparer.Ordinal).ToList();
        return sorted.FirstOrDefault(endpoint => endpoint.Interface is null ? endpoint.Addresses.Any(addresses.Contains) : endpoint.Interface == interfaceName)
            ?? sorted.FirstOrDefault(endpoint => endpoint.Interface == AllInterfaces && interfaceName != "lo");
    }
}

/// <summary>The tiers of one stage, each direction in order.</summary>
public sealed record StagePolicy(ValueList<EndpointTier> Ingress, ValueList<EndpointTier> Egress)
{
    public static readonly StagePolicy None = new([], []);
}
