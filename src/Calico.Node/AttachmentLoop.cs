using Calico.Dataplane;
using Calico.Plugins;
using Calico.Plugins.Attaching;
using Microsoft.Extensions.Hosting;

namespace Calico.Node;

/// <summary>Runs what attaching does beside its calls: sharing Docker networks, cleaning up after containers that died.</summary>
internal sealed class AttachmentLoop(WorkloadAttachment attachment) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => attachment.RunAsync(stoppingToken);
}

/// <summary>The dataplane, as attaching sees it.</summary>
internal sealed class EndpointProgrammed(HostDataplane dataplane) : IEndpointProgrammed
{
    public Task WaitAsync(string interfaceName, CancellationToken cancellation) => dataplane.WaitForEndpointAsync(interfaceName, cancellation);
}
