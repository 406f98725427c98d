using System.Net;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Calico.Plugins.Attaching;
using Calico.Plugins.Docker.Access;
using Calico.Plugins.Docker.Api;
using Microsoft.Extensions.Logging;

namespace Calico.Plugins.Docker.Cleaning;

/// <summary>Removes what containers left that ended without a word: endpoints, links and addresses without an owner.</summary>
/// <remarks>
/// After a crash Docker releases the addresses of its dead endpoints and tells no more of them; when this node was away at the time,
/// not even that, and an address that it had just asked for when it ended it has never heard of. What is removed has been without an owner in two
/// looks, <see cref="Grace"/> apart, which is longer than any attaching takes.
/// </remarks>
/// <param name="attacher">Takes endpoints off.</param>
/// <param name="endpoints">Of this host.</param>
/// <param name="addresses">Of its containers.</param>
/// <param name="engineView">What the engine knows of them.</param>
/// <param name="access">Profiles that go with their endpoints.</param>
/// <param name="freed">Set when addresses have come back that somebody may have waited for.</param>
/// <param name="log">Hears of what is removed.</param>
internal sealed partial class StaleEndpoints(
    Attacher attacher, LocalEndpoints endpoints, WorkloadAddresses addresses, EngineView engineView, AccessProfiles access, Signal freed, ILogger log)
{
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);

    private Suspects _before = Suspects.None;

    /// <param name="links">Of this host.</param>
    /// <param name="asksEngine">False: there is no engine, and nothing is said of containers.</param>
    /// <param name="answers">Set when the engine has begun to answer: all containers that it starts by itself are up or have failed by then, so time is counted from there.</param>
    /// <param name="cancellation">Ends the loop.</param>
    public async Task RunAsync(IWorkloadLinks links, bool asksEngine, Signal answers, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                await LookAsync(links, asksEngine, cancellation);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                _before = Suspects.None; // an old look counts for nothing
                Failed(e.Message);
            }

            if (await answers.WaitAsync(Grace, cancellation))
                _before = Suspects.None; // the next look comes too soon after this one
        }
    }

    /// <summary>One look, and the removal of what the look before saw as well.</summary>
    internal async Task LookAsync(IWorkloadLinks links, bool asksEngine, CancellationToken cancellation)
    {
        var engine = asksEngine ? await AskEngineAsync(cancellation) : null;
        var present = new Present(
            await endpoints.ReloadAsync(cancellation), await links.ListAsync(cancellation), await addresses.ListOfContainersAsync(cancellation));
        var suspects = Suspects.Of(present, engine);
        if (endpoints.IsStoreAway)
            suspects = suspects with { Links = [] }; // of an endpoint that is not known here, perhaps
        var stale = suspects.SeenAlsoBy(_before);
        _before = suspects;
        foreach (var endpoint in present.Endpoints.Where(endpoint => stale.Endpoints.Contains(endpoint.Name)))
            await RemoveAsync(endpoint, cancellation);
        foreach (var link in stale.Links)
        {
            RemovedLink(link);
            await links.DeleteAsync(link, cancellation);
        }

        foreach (var owned in stale.Addresses)
        {
            ReleasedAddress(owned.Address, owned.Handle);
            await addresses.ReleaseAsync(owned, cancellation);
        }

        if (!stale.Addresses.IsEmpty)
            freed.Set();
        if (!endpoints.IsStoreAway)
            await access.SweepAsync(cancellation);
    }

    private async Task RemoveAsync(Resource<WorkloadEndpointSpec> endpoint, CancellationToken cancellation)
    {
        RemovedEndpoint(endpoint.Name, endpoint.Spec.Workload);
        access.Left(endpoint.Spec.Profiles ?? []);
        await attacher.DetachAsync(endpoint.Name, endpoint.Spec.InterfaceName ?? "", cancellation);
        if (endpoint.Spec.Orchestrator != DriverNames.Orchestrator)
            await addresses.ReleaseAllAsync(WorkloadAddresses.HandleOf(endpoint.Spec), cancellation);
    }

    /// <summary>Null when the engine does not answer: then nothing can be said of containers.</summary>
    private async Task<KnownToEngine?> AskEngineAsync(CancellationToken cancellation)
    {
        try
        {
            return await engineView.LookAsync(cancellation);
        }
        catch (DockerApiException e)
        {
            Silent(e.Message);
            return null;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Removed endpoint {Endpoint} of {Workload}: it ended without a word")]
    private partial void RemovedEndpoint(string endpoint, string? workload);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Removed link {Link}: no endpoint has it")]
    private partial void RemovedLink(string link);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Released {Address} ({Handle}): no container has it")]
    private partial void ReleasedAddress(IPAddress address, string handle);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Containers are not checked for now: {Reason}")]
    private partial void Silent(string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Leftovers are not looked for now: {Reason}")]
    private partial void Failed(string reason);
}
