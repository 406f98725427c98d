using System.Net;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Calico.Plugins.Attaching;

namespace Calico.Plugins.Docker.Cleaning;

/// <summary>What this host has.</summary>
/// <param name="Endpoints">Workload endpoints in the store.</param>
/// <param name="Links">Host ends of workloads' links.</param>
/// <param name="Addresses">Addresses given to this host's containers.</param>
internal sealed record Present(
    IReadOnlyList<Resource<WorkloadEndpointSpec>> Endpoints, IReadOnlySet<string> Links, IReadOnlyList<OwnedAddress> Addresses);

/// <summary>What this host's engine knows.</summary>
/// <param name="Endpoints">Ids of the endpoints on networks of ours.</param>
/// <param name="Addresses">Of those, and those that networks keep for themselves.</param>
internal sealed record KnownToEngine(IReadOnlySet<string> Endpoints, IReadOnlySet<IPAddress> Addresses);
