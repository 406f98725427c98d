using System.Net;
using Calico.Datastore;
using Calico.Datastore.Resources;
using Calico.Datastore.Syncing;
using Calico.Ipam;
using Calico.Model.Addresses;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Calico.Model.Store;
using Calico.Plugins.Attaching;
using Microsoft.Extensions.Logging;

namespace Calico.Plugins.Offline;

/// <summary>Writes what this host did without the store into it, in order, as soon as it is back.</summary>
/// <remarks>
/// An address that was given out here was the host's own in the store all the while, so it meets nobody else's; unless somebody has taken it away by hand
/// (<c>calicoctl ipam release</c>, <c>delete node</c>) and it has been given out anew: then the store's word stands, and the workload here loses its network.
/// </remarks>
/// <param name="books">What waits.</param>
/// <param name="parts">Among them the store.</param>
/// <param name="addresses">Of this host's containers.</param>
/// <param name="wake">Set when there is something to do.</param>
/// <param name="settled">Set when the store is back and has all that was done without it.</param>
/// <param name="log">Hears of what is written.</param>
internal sealed partial class WriteBack(LocalBooks books, WorkloadParts parts, WorkloadAddresses addresses, Signal wake, Signal settled, ILogger log)
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(100), Longest = TimeSpan.FromSeconds(3), Idle = TimeSpan.FromMinutes(1);

    public async Task RunAsync(CancellationToken cancellation)
    {
        books.Wake = wake.Set;
        var backoff = new Backoff(First, Longest, Random.Shared);
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                await RoundAsync(cancellation);
                backoff.Reset();
                if (books.TakeReturn())
                    settled.Set();
                await wake.WaitAsync(books.Waiting > 0 ? First : Idle, cancellation);
            }
            catch (Exception e) when (e is DatastoreException or PluginException)
            {
                books.Failed(e.Message);
                Later(books.Waiting, e.Message);
                await Task.Delay(backoff.Next(), parts.Time, cancellation);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                Broken(e);
                await Task.Delay(Longest, parts.Time, cancellation);
            }
        }
    }

    /// <summary>Everything that waits, or up to the first line that the store does not take.</summary>
    internal async Task RoundAsync(CancellationToken cancellation)
    {
        if (books.Waiting == 0)
            return;

        await parts.Store.GetAsync(StoreKeys.LastCommit, cancellation); // while it is away, nothing counts as begun
        var written = 0;
        for (; books.Journal.Begin() is { } line; written++)
        {
            if (await WriteAsync(line, cancellation) is { } refusal)
                await GiveUpAsync(line, refusal, cancellation);
            else
                Note(line);
            books.Journal.Done(line);
        }

        if (written > 0)
            Written(written);
    }

    /// <summary>The store has it: from now on the journal says nothing of it.</summary>
    private void Note(JournalRecord line)
    {
        if (line is { Do: JournalVerb.Assign, Address: { } address, Handle: { } owner })
            books.Given(address, owner);
        else if (line is { Do: JournalVerb.Release or JournalVerb.ReleaseAll, Handle: { } handle })
            books.Forget(handle);
    }

    /// <returns>Why the store will never take it; null if it has it.</returns>
    private async Task<string?> WriteAsync(JournalRecord line, CancellationToken cancellation)
    {
        try
        {
            switch (line)
            {
                case { Do: JournalVerb.Assign, Address: { } address, From: { } from, Handle: { } handle }:
                    return await AssignAsync(address, from, handle, line.At, cancellation);
                case { Do: JournalVerb.Release, Address: { } address, Handle: { } handle }:
                    await parts.Ipam.ReleaseAsync(address, handle, cancellation);
                    return null;
                case { Do: JournalVerb.Release, Address: { } address }:
                    await addresses.ReleaseInStoreAsync(address, cancellation);
                    return null;
                case { Do: JournalVerb.ReleaseAll, Handle: { } handle }:
                    await parts.Ipam.ReleaseByHandleAsync(handle, cancellation);
                    return null;
                case { Do: JournalVerb.PutEndpoint, Endpoint: { } endpoint }:
                    (await parts.Resources.ApplyAsync(endpoint, cancellation)).OrThrow();
                    return null;
                case { Do: JournalVerb.DeleteEndpoint, Name: { } name }:
                    await parts.Resources.DeleteAsync(LocalEndpoints.Id(name), resourceVersion: null, cancellation);
                    return null;
                case { Do: JournalVerb.EnsureProfile, Profile: { } profile }:
                    await ProfileUse.EnsureAsync(parts.Resources, profile, cancellation);
                    return null;
                default:
                    return "it is not understood";
            }
        }
        catch (ResourceException e)
        {
            return e.Message;
        }
    }

    private async Task<string?> AssignAsync(IPAddress address, string from, string handle, DateTimeOffset? at, CancellationToken cancellation)
    {
        var request = new AssignRequest
        {
            Host = parts.Node,
            HandleId = handle,
            IPv4 = address.IsIPv4 ? 1 : 0,
            IPv6 = address.IsIPv4 ? 0 : 1,
            Since = at,
        };
        var outcome = await parts.Ipam.ReassignAsync(address, from, request, cancellation);
        if (outcome is ReassignOutcome.OfAnother other)
            return $"{address} is {other.Owner}'s by now";

        // Somebody released it by hand, and nobody else has it.
        return outcome is ReassignOutcome.NotAssigned && await parts.Ipam.AssignAddressAsync(address, request, cancellation) is AssignOutcome.Refused refused
            ? refused.Message
            : null;
    }

    /// <summary>A workload whose address is another's by now may not go on with it.</summary>
    private async Task GiveUpAsync(JournalRecord line, string reason, CancellationToken cancellation)
    {
        GivenUp(line.Do, $"{line.Address}{line.Name}", reason);
        var victims = line.Do switch
        {
            JournalVerb.Assign => books.Endpoints.Where(endpoint => endpoint.Spec.IpNetworks?.Any(net => net.BaseAddress.Equals(line.Address)) == true),
            JournalVerb.PutEndpoint => books.Endpoints.Where(endpoint => endpoint.Name == line.Name),
            _ => [],
        };
        foreach (var victim in victims.ToList())
            await CutOffAsync(victim, cancellation);
    }

    private async Task CutOffAsync(Resource<WorkloadEndpointSpec> victim, CancellationToken cancellation)
    {
        CutOff(victim.Spec.Workload, victim.Name);
        await parts.Links.DeleteAsync(victim.Spec.InterfaceName ?? "", cancellation);
        foreach (var put in books.Journal.Pending.Where(line => line is { Do: JournalVerb.PutEndpoint } && line.Name == victim.Name))
            books.Journal.Done(put);
        books.Retract(victim.Name);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Wrote {Count} changes into the datastore that this host had made without it")]
    private partial void Written(int count);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Count} changes wait for the datastore: {Reason}")]
    private partial void Later(int count, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "Changes made without the datastore cannot be written into it for now")]
    private partial void Broken(Exception e);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Verb} of {What}, done without the datastore, cannot stand: {Reason}")]
    private partial void GivenUp(JournalVerb verb, string what, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Workload} ({Endpoint}) loses its network, for its address is another's by now: start it again")]
    private partial void CutOff(string? workload, string endpoint);
}
