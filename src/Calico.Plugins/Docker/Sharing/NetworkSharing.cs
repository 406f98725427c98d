using Calico.Datastore;
using Calico.Datastore.Resources;
using Calico.Datastore.Syncing;
using Calico.Model.Hosts;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Calico.Model.Store;
using Calico.Plugins.Docker.Api;
using Microsoft.Extensions.Logging;

namespace Calico.Plugins.Docker.Sharing;

/// <summary>Where engines keep their networks to themselves: makes each network of ours known to every host.</summary>
/// <remarks>
/// One round compares everything and does what is missing; it is woken by the engine, by the store, and now and then by the clock.
/// Never part of a driver call: to make a network the engine calls our own drivers.
/// </remarks>
internal sealed partial class NetworkSharing(
    DockerApi docker, ResourceStore resources, StateFile<Agreed> file, Signal wake, ILogger log)
{
    private static readonly TimeSpan Often = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5); // between attempts at a store that is away

    private readonly Dictionary<string, string> _reported = []; // by network: what was logged last, so that it is not logged again

    public void Wake() => wake.Set();

    /// <param name="scope">Asked before each round: the engine may have been started anew with a cluster store.</param>
    /// <param name="cancellation">Ends the loop.</param>
    public async Task RunAsync(ScopeSource scope, CancellationToken cancellation)
    {
        var wait = Soon;
        var backoff = new Backoff(Soon, Longest, Random.Shared);
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                if (await scope.OfEngineAsync(cancellation) == DriverScope.Local)
                    await RoundAsync(cancellation);
                wait = Often;
                backoff.Reset();
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                Failed(e.Message);
                wait = backoff.Next();
            }

            await wake.WaitAsync(wait, cancellation);
        }
    }

    /// <summary>Wakes the loop whenever the store's networks change.</summary>
    public async Task FollowAsync(IStore store, TimeProvider time, CancellationToken cancellation)
    {
        var prefix = StoreKeys.OfKind(Kinds.DockerNetwork);
        var backoff = new Backoff(Soon, Longest, Random.Shared);
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                var listing = await store.ListAsync(prefix, cancellation);
                backoff.Reset();
                Wake();
                await foreach (var _ in store.WatchAsync(prefix, listing.Revision, cancellation))
                    Wake();
            }
            catch (DatastoreException e)
            {
                Unwatched(e.Message);
            }

            await Task.Delay(backoff.Next(), time, cancellation);
        }
    }

    internal async Task RoundAsync(CancellationToken cancellation)
    {
        var networks = await docker.ListNetworksAsync(driver: null, cancellation);
        var engine = Array.Find(networks, network => network.Driver == "host")?.Id ?? "";
        var shared = await resources.ListAsync<DockerNetworkSpec>(Kinds.DockerNetwork, cancellation);
        if (engine.Length == 0 || shared.Unreadable.Count > 0)
            return; // half a view: what is missing in it is not removed

        var agreed = file.Read();
        if (agreed.Engine != engine)
            agreed = new Agreed { Engine = engine };
        var steps = SharingPlan.Between(
            EngineNetworks.Ours(networks), shared.Items.DistinctBy(item => item.Spec.NetworkName).ToDictionary(item => item.Spec.NetworkName), agreed.Networks);
        foreach (var step in steps)
        {
            if (await TryAsync(step, agreed.Networks, cancellation))
                file.Write(agreed);
        }

        foreach (var settled in _reported.Keys.Except(steps.Select(step => step.Network)).ToList())
            _reported.Remove(settled);
    }

    /// <returns>True if what is agreed on has changed.</returns>
    private async Task<bool> TryAsync(SharingStep step, Dictionary<string, string> agreed, CancellationToken cancellation)
    {
        try
        {
            return await TakeAsync(step, agreed, cancellation);
        }
        catch (DockerApiException e) when (e.Status is not null) // refused this one; there may be others
        {
            Report(step.Network, $"{Describe(step)}: Docker refuses: {e.Message}; it is tried again");
            return false;
        }
    }

    private async Task<bool> TakeAsync(SharingStep step, Dictionary<string, string> agreed, CancellationToken cancellation)
    {
        switch (step)
        {
            case SharingStep.Publish { Local: var local }:
                if (await resources.CreateAsync(ToResource(local.Spec), cancellation) is not { IsDone: true, Resource: { } stored })
                    return false; // another host was faster; the next round compares the two

                Published(step.Network);
                agreed[step.Network] = stored.Metadata.Uid ?? stored.Name;
                return true;

            case SharingStep.Create { Shared: var shared }:
                await docker.CreateNetworkAsync(EngineNetworks.ToNew(shared), cancellation);
                Created(step.Network);
                agreed[step.Network] = shared.Metadata.Uid ?? shared.Name;
                return true;

            case SharingStep.Remove { Local: var local }:
                await docker.DeleteNetworkAsync(local.Id, cancellation);
                Removed(step.Network);
                wake.Set(); // another of that name may be waiting to be made
                return agreed.Remove(step.Network);

            case SharingStep.Withdraw { Shared: var shared }:
                await resources.DeleteAsync(ResourceId.Of(shared), shared.Metadata.ResourceVersion, cancellation);
                Withdrawn(step.Network);
                return agreed.Remove(step.Network);

            case SharingStep.Agree { Uid: var uid }:
                agreed[step.Network] = uid;
                return true;

            case SharingStep.Conflict { Difference: var difference }:
                Report(step.Network, $"another network of this name is shared by the hosts and this one is left alone: {difference}");
                return false;

            default:
                return agreed.Remove(step.Network);
        }
    }

    private static Resource<DockerNetworkSpec> ToResource(DockerNetworkSpec spec) =>
        new(Kinds.DockerNetwork, new Metadata { Name = NetworkNames.ToResourceName(spec.NetworkName) }, spec);

    private static string Describe(SharingStep step) => step switch
    {
        SharingStep.Create => "made on another host, it cannot be made here",
        SharingStep.Remove => "removed on another host, it cannot be removed here",
        _ => "it cannot be shared",
    };

    private void Report(string network, string problem)
    {
        if (_reported.GetValueOrDefault(network) == problem)
            return;

        _reported[network] = problem;
        Problem(network, problem);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Network {Network}, made here, is shared with the other hosts")]
    private partial void Published(string network);

    [LoggerMessage(Level = LogLevel.Information, Message = "Network {Network}, shared by another host, is made here")]
    private partial void Created(string network);

    [LoggerMessage(Level = LogLevel.Information, Message = "Network {Network}, removed on another host, is removed here")]
    private partial void Removed(string network);

    [LoggerMessage(Level = LogLevel.Information, Message = "Network {Network}, removed here, is no longer shared")]
    private partial void Withdrawn(string network);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Network {Network}: {Problem}")]
    private partial void Problem(string network, string problem);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Networks are not compared for now: {Reason}")]
    private partial void Failed(string reason);

    [LoggerMessage(Level = LogLevel.Debug, Message = "The store's networks are not watched for now: {Reason}")]
    private partial void Unwatched(string reason);
}
