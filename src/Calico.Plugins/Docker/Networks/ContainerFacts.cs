using Calico.Model.Values;

namespace Calico.Plugins.Docker.Networks;

/// <summary>Whose endpoint it is: the network's name, the container's name and its labels.</summary>
/// <param name="Network">Null: not known, and the engine does not answer.</param>
/// <param name="Container">Null: not known yet.</param>
/// <param name="Labels">Those of the container that are meant for the endpoint.</param>
internal sealed record ContainerFacts(NetworkFacts? Network, string? Container, Labels Labels)
{
    public bool IsComplete => Network is not null && Container is not null;
}
