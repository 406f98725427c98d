using Calico.Model.Hosts;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Calico.Plugins.Attaching;
using Calico.Plugins.Docker.Api;
using Microsoft.Extensions.Logging;

namespace Calico.Plugins.Docker.Networks;

/// <summary>Gives the endpoints of running containers the names that the engine tells only after they have started: aliases, and new names.</summary>
internal sealed partial class Naming(LocalEndpoints endpoints, DockerApi docker, Signal wake, ILogger log)
{
    private static readonly TimeSpan Often = TimeSpan.FromSeconds(60);

    /// <summary>Containers that are starting still are told of when they have; this is for news that was lost.</summary>
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(3);

    private readonly ContainerNews _news = new(); // those that have started, or joined a network
    private readonly HashSet<string> _named = []; // ids of endpoints whose names are known; guarded by itself

    /// <summary>Takes an event of the engine's, or null: anything may have happened.</summary>
    public void Hear(EngineEvent? happened)
    {
        if (happened is null or { Type: "container", Action: "rename" })
            Forget(happened);
        else if (happened is { Type: "container", Action: "start" } or { Type: "network", Action: "connect" } && happened.Container is { } container)
            _news.Add(container);
        else
            return;

        wake.Set();
    }

    public async Task RunAsync(CancellationToken cancellation)
    {
        var isDone = false;
        while (!cancellation.IsCancellationRequested)
        {
            await wake.WaitAsync(isDone ? Often : Soon, cancellation);
            try
            {
                isDone = await RoundAsync(cancellation);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                isDone = false;
                Later(e.Message);
            }
        }
    }

    /// <returns>False: some container is starting still.</returns>
    internal async Task<bool> RoundAsync(CancellationToken cancellation)
    {
        var unnamed = (await endpoints.ListAsync(cancellation))
            .Where(endpoint => endpoint.Spec.Orchestrator == DriverNames.Orchestrator && !CreatedEndpoint.IsIncomplete(endpoint) && !IsNamed(endpoint.Spec.Endpoint))
            .ToDictionary(endpoint => endpoint.Spec.Endpoint ?? "", StringComparer.Ordinal);
        var news = _news.Take();
        if (unnamed.Count == 0)
            return true;

        foreach (var container in news is { Count: > 0 } ? news : await ListAsync(unnamed, cancellation))
        {
            if (await docker.FindContainerPageAsync(container, cancellation) is { } page)
                await NameAsync(page, unnamed, cancellation);
        }

        return unnamed.Count == 0;
    }

    /// <summary>All are looked at; after a new name also those whose names were known.</summary>
    private void Forget(EngineEvent? renamed)
    {
        if (renamed is not null)
        {
            lock (_named)
                _named.Clear();
        }

        _news.AddAll();
    }

    private async Task<IReadOnlyCollection<string>> ListAsync(Dictionary<string, Resource<WorkloadEndpointSpec>> unnamed, CancellationToken cancellation) =>
    [
        .. (await docker.ListContainersAsync(cancellation))
            .Where(container => container.NetworkSettings?.Networks?.Values.Any(attachment => unnamed.ContainsKey(attachment.EndpointID ?? "")) == true)
            .Select(container => container.Id),
    ];

    private async Task NameAsync(ContainerPage page, Dictionary<string, Resource<WorkloadEndpointSpec>> unnamed, CancellationToken cancellation)
    {
        foreach (var (network, attachment) in page.NetworkSettings?.Networks ?? [])
        {
            if (attachment.EndpointID is not { } id || !unnamed.Remove(id, out var endpoint))
                continue;

            var name = page.Name.TrimStart('/');
            var named = ContainerNames.Put(endpoint, network, ContainerNames.Of(page, attachment));
            if (named.Spec.Workload != name)
                named = Rename(named, name);
            if (ReferenceEquals(named, endpoint) || await endpoints.UpdateAsync(named, cancellation))
                Remember(id);
            else
                unnamed[id] = endpoint; // in the next round
        }
    }

    private static Resource<WorkloadEndpointSpec> Rename(Resource<WorkloadEndpointSpec> endpoint, string name) => endpoint with
    {
        Metadata = endpoint.Metadata with
        {
            Labels = (endpoint.Metadata.Labels ?? Model.Values.Labels.Empty).With(NetworkNames.ContainerLabel, NetworkNames.ToLabelValue(name)),
        },
        Spec = endpoint.Spec with { Workload = name },
    };

    private void Remember(string id)
    {
        lock (_named)
            _named.Add(id);
    }

    private bool IsNamed(string? id)
    {
        lock (_named)
            return _named.Contains(id ?? "");
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "Names of containers are not asked for now: {Reason}")]
    private partial void Later(string reason);
}
