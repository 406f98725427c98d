using Calico.Datastore;
using Calico.Netlink;
using Microsoft.Extensions.Logging;

namespace Calico.Plugins.Attaching;

/// <summary>Attaches workloads and takes them off again: the one way of Docker, CNI and the lab.</summary>
/// <remarks>
/// When <see cref="AttachAsync"/> returns, route and policy are in the kernel; when it throws, no link, endpoint or route is left.
/// Addresses are their owner's: the caller's, or Docker's.
/// </remarks>
internal sealed partial class Attacher(
    LocalEndpoints endpoints, IWorkloadLinks links, IEndpointProgrammed programmed, TimeProvider time, ILogger log)
{
    /// <exception cref="PluginException">It cannot be attached; what had been made is gone again.</exception>
    public async Task AttachAsync(Attachment attachment, CancellationToken cancellation)
    {
        var undo = new Undo(time, log);
        var steps = new Steps(time);
        try
        {
            await MakeAsync(attachment, undo, steps, cancellation);
            Took(attachment.Pair.HostSide, steps);
        }
        catch (Exception e)
        {
            await undo.RunAsync();
            if (Reason(e, cancellation) is { } reason)
                throw new PluginException($"{steps.Current}: {reason}; nothing is left behind, so it can be tried again", e);
            throw;
        }
    }

    /// <summary>Removes the link and the endpoint, whichever of them are there.</summary>
    /// <exception cref="NetlinkException">The link could not be removed; the endpoint is left as well.</exception>
    public async Task DetachAsync(string endpoint, string hostSide, CancellationToken cancellation)
    {
        await links.DeleteAsync(hostSide, cancellation);
        if (await endpoints.DeleteAsync(endpoint, cancellation))
            Detached(endpoint, hostSide);
    }

    private async Task MakeAsync(Attachment attachment, Undo undo, Steps steps, CancellationToken cancellation)
    {
        var (endpoint, pair, profiles) = attachment;
        foreach (var profile in profiles)
        {
            steps.Begin($"making the profile {profile.Name}");
            await endpoints.EnsureProfileAsync(profile, cancellation);
        }

        steps.Begin($"making the link {pair.HostSide}");
        await links.CreateAsync(pair, cancellation); // one that is there already belongs to somebody else: not ours to undo
        undo.Add($"link {pair.HostSide}", limit => links.DeleteAsync(pair.HostSide, limit));

        steps.Begin($"storing the workload endpoint {endpoint.Name}");
        undo.Add($"endpoint {endpoint.Name}", limit => endpoints.DeleteAsync(endpoint.Name, limit));
        await endpoints.PutAsync(endpoint, cancellation);

        foreach (var profile in profiles) // who removes a profile looks for endpoints like this one after that: one of us sees the other
            await endpoints.EnsureProfileAsync(profile, cancellation);

        steps.Begin($"waiting for the dataplane to put route and policy of {pair.HostSide} in place");
        await programmed.WaitAsync(pair.HostSide, cancellation);
        Attached(endpoint.Name, pair.HostSide);
    }

    /// <summary>Null: a fault of ours, not of the world.</summary>
    private static string? Reason(Exception e, CancellationToken cancellation) => e switch
    {
        NetlinkException or DatastoreException or PluginException => e.Message,
        OperationCanceledException when cancellation.IsCancellationRequested => "not done in time",
        _ => null,
    };

    [LoggerMessage(Level = LogLevel.Information, Message = "Attached {Endpoint} by {Interface}")]
    private partial void Attached(string endpoint, string @interface);

    [LoggerMessage(Level = LogLevel.Information, Message = "Detached {Endpoint} from {Interface}")]
    private partial void Detached(string endpoint, string @interface);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Attaching by {Interface}: {Steps}")]
    private partial void Took(string @interface, Steps steps);
}
