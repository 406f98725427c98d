using System.Collections.Immutable;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Calico.Plugins.Attaching;

namespace Calico.Plugins.Docker.Cleaning;

/// <summary>What is there and has no living owner, as one look saw it. Only what two looks saw, some time apart, is removed.</summary>
/// <param name="Endpoints">By name.</param>
/// <param name="Links">Host ends that no endpoint has.</param>
/// <param name="Addresses">With their handles: the same address given out again is another.</param>
internal sealed record Suspects(ImmutableHashSet<string> Endpoints, ImmutableHashSet<string> Links, ImmutableHashSet<OwnedAddress> Addresses)
{
    public static readonly Suspects None = new([], [], []);

    public bool IsEmpty => Endpoints.IsEmpty && Links.IsEmpty && Addresses.IsEmpty;

    /// <param name="present">What there is.</param>
    /// <param name="engine">Null: the engine does not answer, so nothing of containers is suspect.</param>
    public static Suspects Of(Present present, KnownToEngine? engine)
    {
        var ofEndpoints = present.Endpoints.SelectMany(endpoint => endpoint.Spec.IpNetworks ?? []).Select(net => net.BaseAddress).ToHashSet();
        var linksOfEndpoints = present.Endpoints.Select(endpoint => endpoint.Spec.InterfaceName).ToHashSet();
        return new(
            [.. present.Endpoints.Where(endpoint => IsDead(endpoint, present.Links, engine)).Select(endpoint => endpoint.Name)],
            engine is null ? [] : [.. present.Links.Where(link => !linksOfEndpoints.Contains(link) && !IsOf(engine, link))],
            engine is null ? [] : [.. present.Addresses.Where(owned => !ofEndpoints.Contains(owned.Address) && !engine.Addresses.Contains(owned.Address))]);
    }

    /// <summary>Seen by this look and by the one before.</summary>
    public Suspects SeenAlsoBy(Suspects before) =>
        new(Endpoints.Intersect(before.Endpoints), Links.Intersect(before.Links), Addresses.Intersect(before.Addresses));

    /// <summary>A container's endpoint lives as long as the engine knows it; a plain namespace's as long as its link.</summary>
    private static bool IsDead(Resource<WorkloadEndpointSpec> endpoint, IReadOnlySet<string> links, KnownToEngine? engine) =>
        endpoint.Spec.Orchestrator == DriverNames.Orchestrator
            ? engine is not null && !engine.Endpoints.Contains(endpoint.Spec.Endpoint ?? "")
            : !links.Contains(endpoint.Spec.InterfaceName ?? "");

    private static bool IsOf(KnownToEngine engine, string link) =>
        engine.Endpoints.Any(id => id.Length > 11 && Model.Hosts.InterfaceNames.HostSide(id) == link);
}
