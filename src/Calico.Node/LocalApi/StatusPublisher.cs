using System.Text.Json;
using Calico.Datastore;
using Calico.Model.Hosts;
using Calico.Model.Store;
using Calico.Model.Values;
using Calico.Node.Startup;
using Microsoft.Extensions.Hosting;

namespace Calico.Node.LocalApi;

/// <summary>Writes this node's status into the store, so that <c>calicoctl bgp peers</c> on any host shows those of all: soon after a change, and once a minute.</summary>
internal sealed class StatusPublisher(StatusReport report, IStore store, NodeLife life) : BackgroundService
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan WriteEvery = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        NodeStatus? written = null;
        using var timer = new PeriodicTimer(LookEvery, life.Time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            var status = report.Make() with { ReportedAt = life.Time.GetUtcNow() };
            if (!status.Ready || (written is not null && Essence(status) == Essence(written) && status.ReportedAt - written.ReportedAt < WriteEvery))
                continue;

            try
            {
                await store.CommitAsync(
                    [StoreWrite.Put(StoreKeys.StatusOf(status.Node), JsonSerializer.SerializeToUtf8Bytes(status, ModelJson.Default.NodeStatus))], stoppingToken);
                written = status;
            }
            catch (DatastoreException)
            {
                // the syncer says so already; the next look tries again
            }
        }
    }

    /// <summary>What is worth a write: numbers of routes go out with the next one.</summary>
    private static NodeStatus Essence(NodeStatus status) => status with
    {
        ReportedAt = null,
        Peers = status.Peers.Select(peer => peer with { RoutesReceived = null, RoutesSent = null }).ToValueList(),
    };
}
