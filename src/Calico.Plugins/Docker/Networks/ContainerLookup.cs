using Calico.Model.Values;
using Calico.Plugins.Docker.Access;
using Calico.Plugins.Docker.Api;
using Microsoft.Extensions.Logging;

namespace Calico.Plugins.Docker.Networks;

/// <summary>Asks the engine whose endpoint it is.</summary>
/// <remarks>
/// In a Join the engine lists the endpoint under its network with the container's name, and the container with its labels, while
/// the container's own page would wait for that very Join to end.
/// </remarks>
internal sealed partial class ContainerLookup(DockerApi docker, NetworkDirectory networks, TimeProvider time, ILogger log)
{
    /// <summary>How long the engine has for one answer to all who wait for it; it may be silent until their Joins are done.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    /// <summary>The engine's answer grows with the endpoints of the network, and so does what it costs it: containers that start together share it.</summary>
    private readonly SharedQuestions<string, EngineNetwork?> _networks = new(docker.FindNetworkAsync, Patience, time);

    /// <summary>What can be learnt before the cancellation; never throws because the engine is silent.</summary>
    /// <exception cref="PluginException">The container has a label that is none.</exception>
    public async Task<ContainerFacts> FindAsync(string networkId, string endpointId, CancellationToken cancellation)
    {
        var facts = new ContainerFacts(networks.Find(networkId), Container: null, Labels.Empty);
        try
        {
            return await _networks.AskAsync(networkId, cancellation) is { } network ? await FindAsync(network, endpointId, cancellation) : facts;
        }
        catch (Exception e) when (e is DockerApiException or OperationCanceledException)
        {
            Silent(endpointId, e is OperationCanceledException ? "no answer in time" : e.Message);
            return facts;
        }
    }

    /// <param name="network">With its endpoints.</param>
    /// <param name="endpointId">Maybe one of them.</param>
    /// <param name="cancellation">Ends the asking.</param>
    /// <exception cref="DockerApiException">The engine does not answer.</exception>
    public async Task<ContainerFacts> FindAsync(EngineNetwork network, string endpointId, CancellationToken cancellation)
    {
        var facts = new ContainerFacts(networks.Learn(network), Container: null, Labels.Empty);
        return Name(network, endpointId) is { } name && await docker.FindContainerAsync(name, cancellation) is { } container
            ? facts with
            {
                Container = name,
                Labels = EndpointLabels.OfContainer(container.Labels),
                Aliases = ContainerNames.BeforeStart(container),
                Access = AccessLabels.Read(container.Labels),
            }
            : facts;
    }

    private static string? Name(EngineNetwork network, string endpointId) => network.Containers?
        .Where(endpoint => endpoint.Key == "ep-" + endpointId || endpoint.Value.EndpointID == endpointId)
        .Select(endpoint => endpoint.Value.Name)
        .FirstOrDefault(name => !string.IsNullOrEmpty(name));

    [LoggerMessage(Level = LogLevel.Information, Message = "Docker does not say yet whose endpoint {Endpoint} is: {Reason}")]
    private partial void Silent(string endpoint, string reason);
}
