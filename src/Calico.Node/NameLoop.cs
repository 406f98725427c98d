using Calico.Names;
using Calico.Node.Startup;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Calico.Node;

/// <summary>Runs the host's resolver; what it knows comes from <see cref="Syncing.SyncLoop"/>.</summary>
internal sealed partial class NameLoop(NameServer server, NodeLife life) : BackgroundService
{
    private const string ResolvConf = "/etc/resolv.conf";

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (life.Options.NamePort is not { } port)
            return;

        if (File.Exists(ResolvConf) && HostServers.AreOutOfSight(await File.ReadAllTextAsync(ResolvConf, stoppingToken)))
            OutOfSight(life.Log<NameLoop>(), ResolvConf);
        await server.RunAsync(port, stoppingToken);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Every name server of {File} is on this host's loopback: Docker asks those in its own name, so containers are told no names of other hosts. Give them another by --dns, or \"dns\" in /etc/docker/daemon.json")]
    private static partial void OutOfSight(ILogger log, string file);
}
