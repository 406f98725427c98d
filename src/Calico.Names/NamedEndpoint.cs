using System.Net;
using Calico.Model.Hosts;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;

namespace Calico.Names;

/// <summary>An endpoint as names go: on which network, whose, by what names, at what addresses.</summary>
/// <param name="Network">As the label has it, which tells networks apart; null: on none.</param>
/// <param name="Suffixes">What may stand behind its names: the network's name, and the label's form of it.</param>
/// <param name="Workload">Endpoints that have this in common are one workload's: it sees the names of all their networks.</param>
/// <param name="Names">In lower case, its own first.</param>
internal sealed record NamedEndpoint(
    string? Network, IReadOnlyList<string> Suffixes, string Workload, IReadOnlyList<string> Names, IReadOnlyList<IPAddress> Addresses)
{
    /// <summary>Docker's driver wrote this for a workload whose name it did not know.</summary>
    private const string Unknown = "libnetwork";

    public static NamedEndpoint Of(ResourceId id, Resource<WorkloadEndpointSpec> endpoint)
    {
        var (spec, metadata) = (endpoint.Spec, endpoint.Metadata);
        var network = metadata.Labels?.GetValueOrDefault(NetworkNames.NetworkLabel);
        var full = metadata.Annotations?.GetValueOrDefault(NetworkNames.NameAnnotation) ?? network;
        var sandbox = metadata.Annotations?.GetValueOrDefault(NetworkNames.SandboxAnnotation);
        string[] names =
        [
            .. spec.Workload is null or Unknown ? [] : (string[])[spec.Workload],
            .. metadata.Annotations?.GetValueOrDefault(NetworkNames.AliasesAnnotation)?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [],
        ];
        return new(
            network,
            [.. new[] { full, network }.OfType<string>().Select(Lower).Distinct()],
            sandbox is null ? id.ToString() : $"{spec.Node} {sandbox}",
            [.. names.Select(Lower).Distinct()],
            [.. (spec.IpNetworks ?? []).Select(address => address.BaseAddress)]);
    }

    private static string Lower(string name) => name.ToLowerInvariant();
}
