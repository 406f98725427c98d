namespace Calico.Plugins.Docker.Protocol;

/// <param name="Scope"><c>global</c>: Docker's cluster store shares the networks; <c>local</c>: each daemon has its own.</param>
/// <param name="ConnectivityScope">How far containers of one network reach each other.</param>
internal sealed record NetworkCapabilities(string Scope, string ConnectivityScope);

/// <summary>A node that Docker's own discovery saw; the datastore knows better.</summary>
internal sealed record DiscoveryRequest
{
    public int DiscoveryType { get; init; }
}
