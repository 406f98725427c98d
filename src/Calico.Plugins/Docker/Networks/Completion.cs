using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Calico.Plugins.Attaching;
using Calico.Plugins.Docker.Api;
using Microsoft.Extensions.Logging;

namespace Calico.Plugins.Docker.Networks;

/// <summary>Completes endpoints that were attached while the engine was silent: names, labels and profile of their container.</summary>
/// <remarks>Which ones are incomplete stands in the store, so a restart forgets none. Until then nothing passes to or from them.</remarks>
internal sealed partial class Completion(LocalEndpoints endpoints, ContainerLookup lookup, DockerApi docker, Signal wake, ILogger log)
{
    private static readonly TimeSpan Often = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(500);

    /// <summary>Something may be incomplete, or the engine may answer now.</summary>
    public void Wake() => wake.Set();

    public async Task RunAsync(CancellationToken cancellation)
    {
        var left = 1;
        while (!cancellation.IsCancellationRequested)
        {
            await wake.WaitAsync(left > 0 ? Soon : Often, cancellation);
            try
            {
                left = await RoundAsync(cancellation);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                left = 1;
                Later(e.Message);
            }
        }
    }

    /// <returns>How many are incomplete still.</returns>
    internal async Task<int> RoundAsync(CancellationToken cancellation)
    {
        var incomplete = (await endpoints.ListAsync(cancellation)).Where(CreatedEndpoint.IsIncomplete).ToList();
        if (incomplete.Count == 0)
            return 0;

        var left = incomplete.Count;
        foreach (var network in await docker.ListNetworksAsync(DriverNames.Network, cancellation))
            left -= await CompleteAsync(network.Id, incomplete, cancellation);
        return left;
    }

    private async Task<int> CompleteAsync(string networkId, List<Resource<WorkloadEndpointSpec>> incomplete, CancellationToken cancellation)
    {
        if (await docker.FindNetworkAsync(networkId, cancellation) is not { } network)
            return 0;

        var done = 0;
        foreach (var endpoint in incomplete)
        {
            var facts = await lookup.FindAsync(network, endpoint.Spec.Endpoint ?? "", cancellation);
            if (facts is not { IsComplete: true })
                continue;

            foreach (var profile in CreatedEndpoint.ProfilesOf(facts))
                await endpoints.EnsureProfileAsync(profile, cancellation);
            if (!await endpoints.UpdateAsync(CreatedEndpoint.Complete(endpoint, facts), cancellation))
                continue;

            Completed(endpoint.Name, facts.Container);
            done++;
        }

        return done;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Endpoint} is container {Container}'s")]
    private partial void Completed(string endpoint, string? container);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Endpoints stay incomplete for now: {Reason}")]
    private partial void Later(string reason);
}
