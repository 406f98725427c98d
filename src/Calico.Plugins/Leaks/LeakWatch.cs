using System.Net;
using Calico.Datastore;
using Calico.Ipam;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Calico.Netlink;
using Calico.Plugins.Attaching;
using Calico.Plugins.Docker.Api;
using Calico.Plugins.Docker.Cleaning;
using Microsoft.Extensions.Logging;

namespace Calico.Plugins.Leaks;

/// <summary>Frees addresses that were given out for this host and that nobody has, whoever asked for them.</summary>
/// <remarks>
/// Two proofs, neither of which follows from the other: the store has no endpoint, of any host, with the address; and this host's kernel and its engine
/// know nothing of it, while every workload's link there is belongs to an endpoint. Both at each look for <see cref="Time"/>. A proof that cannot be had is none:
/// the time begins anew. What is freed is freed from the handle that was looked at, so an address given out meanwhile stays its owner's.
/// </remarks>
internal sealed partial class LeakWatch(WorkloadParts parts, LocalEndpoints endpoints, EngineView? engine, ILogger log)
{
    public static readonly TimeSpan Time = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan LookEvery = TimeSpan.FromMinutes(1);

    private readonly Quarantine _quarantine = new(Time);

    public async Task RunAsync(CancellationToken cancellation)
    {
        using var tick = new PeriodicTimer(LookEvery, parts.Time);
        while (await tick.WaitForNextTickAsync(cancellation))
        {
            try
            {
                await LookAsync(cancellation);
            }
            catch (Exception e) when (e is DatastoreException or NetlinkException or DockerApiException)
            {
                _quarantine.Clear();
                Later(e.Message);
            }
        }
    }

    internal async Task LookAsync(CancellationToken cancellation)
    {
        if (endpoints.IsStoreAway)
        {
            _quarantine.Clear();
            return;
        }

        var before = _quarantine.Count;
        foreach (var owner in _quarantine.Look(await SuspectsAsync(cancellation), parts.Time.GetUtcNow()))
        {
            if (await parts.Ipam.ReleaseAsync(owner.Address, owner.HandleId, cancellation) is not ReleaseOutcome.Released)
                continue;

            parts.Books.Forget(owner.Address);
            Freed(owner.Address, owner.ToString(), Time);
        }

        if (_quarantine.Count > before)
            Suspected(_quarantine.Count, Time);
    }

    /// <summary>The cheap questions first: on a host that is in order, none but the first is asked.</summary>
    private async Task<IReadOnlyList<AddressOwner>> SuspectsAsync(CancellationToken cancellation)
    {
        var own = Addresses(await endpoints.ReloadAsync(cancellation));
        var suspects = parts.Books.Allocations.Where(owner => IsWorkloads(owner) && !own.Contains(owner.Address)).ToList();
        if (suspects.Count == 0)
            return [];

        var known = parts.Addresses.Read().Concat(await EngineAsync(cancellation)).ToHashSet();
        if (await HasStrangeLinkAsync(cancellation))
            return []; // whoever is behind it may have any of them

        suspects.RemoveAll(owner => known.Contains(owner.Address));
        if (suspects.Count == 0)
            return [];

        var all = await parts.Resources.ListAsync<WorkloadEndpointSpec>(Kinds.WorkloadEndpoint, cancellation);
        if (all.Unreadable.Count > 0)
            return []; // one that cannot be read may have any of them
        var others = Addresses(all.Items);
        return [.. suspects.Where(owner => !others.Contains(owner.Address))];
    }

    private bool IsWorkloads(AddressOwner owner) => owner is { IsCooling: false, HandleId: { } handle } && owner.Node == parts.Node
        && handle != IpamClient.ReserveHandle(parts.Node) && !handle.Contains("-tunnel-addr-", StringComparison.Ordinal);

    private async Task<IReadOnlySet<IPAddress>> EngineAsync(CancellationToken cancellation) =>
        engine is null ? new HashSet<IPAddress>() : (await engine.LookAsync(cancellation)).Addresses;

    private async Task<bool> HasStrangeLinkAsync(CancellationToken cancellation)
    {
        var links = await parts.Links.ListAsync(cancellation);
        var theirs = (await endpoints.ListAsync(cancellation)).Select(endpoint => endpoint.Spec.InterfaceName).ToHashSet();
        return links.Any(link => !theirs.Contains(link));
    }

    private static HashSet<IPAddress> Addresses(IEnumerable<Resource<WorkloadEndpointSpec>> endpoints) =>
        [.. endpoints.SelectMany(endpoint => endpoint.Spec.IpNetworks ?? []).Select(network => network.BaseAddress)];

    [LoggerMessage(Level = LogLevel.Warning, Message = "Freed {Address} of {Owner}: for {Time} neither an endpoint of the store nor this host's kernel and engine knew of it")]
    private partial void Freed(IPAddress address, string owner, TimeSpan time);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Count} addresses given out for this host seem to be nobody's; freed if that is so for {Time}")]
    private partial void Suspected(int count, TimeSpan time);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Leaked addresses are not looked for now: {Reason}")]
    private partial void Later(string reason);
}
