using Calico.Calc;
using Calico.Dataplane;
using Calico.Node.Syncing;
using Microsoft.Extensions.Hosting;

namespace Calico.Node;

/// <summary>Runs the dataplane, and hands it each new state of the host.</summary>
internal sealed class DataplaneLoop(HostDataplane dataplane, Latest<Calculation> calculations) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(
        Task.Run(() => dataplane.RunAsync(stoppingToken), stoppingToken),
        FollowAsync(stoppingToken));

    private async Task FollowAsync(CancellationToken cancellation)
    {
        await foreach (var calculation in calculations.ReadAsync(cancellation))
            dataplane.Want(calculation.Host);
    }
}
