using Calico.Model.Values;
using Calico.Plugins.Docker.Access;

namespace Calico.Plugins.Docker.Networks;

/// <summary>Whose endpoint it is: the network's name, the container's name and its labels.</summary>
/// <param name="Network">Null: not known, and the engine does not answer.</param>
/// <param name="Container">Null: not known yet.</param>
/// <param name="Labels">Those of the container that are meant for the endpoint.</param>
internal sealed record ContainerFacts(NetworkFacts? Network, string? Container, Labels Labels)
{
    /// <summary>Further names that it has on the network, as far as they are known before it has started.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>Who may reach it, where its labels say so.</summary>
    public AccessLabels? Access { get; init; }

    public bool IsComplete => Network is not null && Container is not null;
}
