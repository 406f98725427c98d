using Calico.Model.Resources.Specs;

namespace Calico.Plugins.Docker.Sharing;

/// <summary>A network of this host's engine.</summary>
/// <param name="Id">The engine's own id; other hosts have others.</param>
/// <param name="Spec">As the user made it.</param>
/// <param name="CopyOf">The uid of the resource it was made from; null: a user made it here.</param>
internal sealed record LocalNetwork(string Id, DockerNetworkSpec Spec, string? CopyOf);
