using Calico.Calc;
using Calico.Dataplane;
using Calico.Model.Hosts;
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
        HostState? wanted = null;
        await foreach (var calculation in calculations.ReadAsync(cancellation))
        {
            if (!ReferenceEquals(calculation.Host, wanted)) // most of what the store tells changes nothing here
                dataplane.Want(wanted = calculation.Host);
        }
    }
}
