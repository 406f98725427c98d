using Calico.Model.Resources;
using Calico.Model.Resources.Specs;

namespace Calico.Plugins.Attaching;

/// <summary>A workload to be attached.</summary>
/// <param name="Endpoint">As it is to be stored; its <c>interfaceName</c> is the pair's host end.</param>
/// <param name="Pair">Its link.</param>
/// <param name="Profiles">Those that must be there, and are made if need be.</param>
internal sealed record Attachment(Resource<WorkloadEndpointSpec> Endpoint, VethPair Pair, IReadOnlyList<Resource<ProfileSpec>> Profiles);
