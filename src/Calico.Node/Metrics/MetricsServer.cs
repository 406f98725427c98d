using System.Net;
using Calico.Node.Bgp;
using Calico.Node.Startup;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Calico.Node.Metrics;

/// <summary>Serves <c>GET /metrics</c> over TCP where it is asked for, as Felix does; off otherwise.</summary>
internal sealed partial class MetricsServer(SpeakerLoop speaker, NodeLife life, ILoggerFactory logs) : IHostedService
{
    private WebApplication? _web;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (life.Options.Metrics is not { } address)
            return;

        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.Services.Replace(ServiceDescriptor.Singleton(logs));
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(address);
        });
        var web = builder.Build();
        web.UseRouting();
        web.MapGet("/metrics", http =>
        {
            http.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
            return http.Response.WriteAsync(BgpMetrics.Write(speaker.Peers, speaker.LearnedCount), http.RequestAborted);
        });
        try
        {
            await web.StartAsync(cancellationToken);
            _web = web;
        }
        catch (IOException e) // the node is of use without
        {
            CannotListen(life.Log<MetricsServer>(), address, e.Message);
            await web.DisposeAsync();
        }
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_web is null)
            return;

        await _web.StopAsync(cancellationToken);
        await _web.DisposeAsync();
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Cannot serve metrics on {Address}: {Reason}; set FELIX_PROMETHEUSMETRICSPORT to a free port")]
    private static partial void CannotListen(ILogger log, IPEndPoint address, string reason);
}
