using Calico.Plugins.Docker.Api;
using Microsoft.Extensions.Logging;

namespace Calico.Plugins.Docker;

/// <summary>Starts the containers that Docker gave up because it did not find our drivers, or because they refused.</summary>
/// <remarks>
/// dockerd waits 15 seconds for a plugin and then leaves a container where it is, whatever its restart policy says; a refusal it takes for an answer for
/// good, though an address may come free a little later. Only those are started that their policy wants up, and that failed for our sake.
/// </remarks>
internal sealed partial class FailedStarts(DockerApi docker, ILogger log)
{
    /// <summary>How many are looked at beside each other.</summary>
    private const int AtOnce = 4;

    /// <summary>One look; called when the engine has begun to answer, and when what was refused may be had.</summary>
    public async Task LookAsync(CancellationToken cancellation)
    {
        try
        {
            var ours = (await docker.ListNetworksAsync(DriverNames.Network, cancellation)).Select(network => network.Name).ToHashSet();
            var stopped = await docker.ListContainersAsync(cancellation);
            await Parallel.ForEachAsync(
                stopped.Where(container => container.State is "exited" or "created"),
                new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation },
                async (container, token) => await StartAsync(container.Id, ours, token));
        }
        catch (DockerApiException e)
        {
            Later(e.Message);
        }
    }

    /// <summary>True of one that failed because a driver of ours was not there or refused, and that is to be up.</summary>
    private static bool IsToBeStarted(ContainerPage container, IReadOnlySet<string> ours) =>
        container.HostConfig?.RestartPolicy?.Name is "always" or "unless-stopped"
        && container.State?.Error is { } error
        && (error.Contains($"plugin \"{DriverNames.Network}\" not found", StringComparison.Ordinal)
            || error.Contains($"plugin \"{DriverNames.Ipam}\" not found", StringComparison.Ordinal)
            || error.Contains($"/{DriverNames.Network}.sock", StringComparison.Ordinal)
            || error.Contains($"/{DriverNames.Ipam}.sock", StringComparison.Ordinal)
            || (IsRefusal(error) && container.NetworkSettings?.Networks?.Keys.Any(ours.Contains) == true));

    /// <summary>A driver's answer, whichever driver's: Docker puts the name of the call before it.</summary>
    private static bool IsRefusal(string error) =>
        error.Contains("NetworkDriver.", StringComparison.Ordinal) || error.Contains("IpamDriver.", StringComparison.Ordinal);

    private async Task StartAsync(string id, IReadOnlySet<string> ours, CancellationToken cancellation)
    {
        if (await docker.FindContainerPageAsync(id, cancellation) is not { } container || !IsToBeStarted(container, ours))
            return;

        try
        {
            Starting(container.Name, container.State?.Error);
            await docker.StartContainerAsync(id, cancellation);
        }
        catch (DockerApiException e) when (e.Status is not null) // this one; there are others
        {
            Refused(container.Name, e.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Container {Container}, which is to be up, could not start and is started now: {Reason}")]
    private partial void Starting(string container, string? reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Container {Container} cannot be started: {Reason}")]
    private partial void Refused(string container, string reason);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Containers are not looked at for now: {Reason}")]
    private partial void Later(string reason);
}
