using System.Text.RegularExpressions;
using Calico.Model.Hosts;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Calico.Model.Values;
using Calico.Plugins.Docker.Api;

namespace Calico.Plugins.Docker.Networks;

/// <summary>The names by which others on its network find a container, beside its own: its short id, its compose service, aliases.</summary>
internal static partial class ContainerNames
{
    private const int ShortId = 12;

    /// <summary>What the engine's list of containers tells. Aliases stand on the container's own page, which does not answer before it has started.</summary>
    public static IReadOnlyList<string> BeforeStart(EngineContainer container) =>
        [.. Fit([Short(container.Id), container.Labels?.GetValueOrDefault(EndpointLabels.ComposeService) ?? ""])];

    /// <summary>All there are.</summary>
    public static IReadOnlyList<string> Of(ContainerPage container, EngineAttachment attachment) => [.. Fit(
    [
        Short(container.Id),
        container.Config?.Labels?.GetValueOrDefault(EndpointLabels.ComposeService) ?? "",
        .. attachment.Aliases ?? [],
        .. attachment.DNSNames ?? [],
    ]).Except([container.Name.TrimStart('/')])];

    /// <summary>The endpoint with these names; the same object if it has them already.</summary>
    public static Resource<WorkloadEndpointSpec> Put(Resource<WorkloadEndpointSpec> endpoint, string? network, IReadOnlyList<string> aliases)
    {
        var before = endpoint.Metadata.Annotations ?? Labels.Empty;
        var annotations = network is null ? before : before.With(NetworkNames.NameAnnotation, network);
        annotations = aliases.Count == 0
            ? annotations.Without(NetworkNames.AliasesAnnotation)
            : annotations.With(NetworkNames.AliasesAnnotation, string.Join(' ', aliases));
        return annotations.Equals(before) ? endpoint : endpoint with { Metadata = endpoint.Metadata with { Annotations = annotations } };
    }

    private static string Short(string id) => id.Length > ShortId ? id[..ShortId] : id;

    private static IEnumerable<string> Fit(IEnumerable<string> names) => names.Where(name => ValidName().IsMatch(name)).Distinct(StringComparer.OrdinalIgnoreCase);

    /// <summary>What can stand in a query; Docker itself lets aliases be anything.</summary>
    [GeneratedRegex(@"^[A-Za-z0-9_][-A-Za-z0-9_.]{0,200}\z", RegexOptions.None, 1000)]
    private static partial Regex ValidName();
}
