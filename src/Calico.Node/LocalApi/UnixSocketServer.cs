using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Calico.Node.LocalApi;

/// <summary>An HTTP server on one unix socket, with routes of its own.</summary>
/// <remarks>
/// A socket left behind by a process that was killed is replaced. On stop, requests that run are answered first and the socket is
/// removed last, so that a client that comes then is refused at once and tries again.
/// </remarks>
/// <param name="path">Of the socket; its folder is made if need be.</param>
/// <param name="mode">Who may connect; where everybody may, only root may change anything.</param>
/// <param name="map">Adds the routes.</param>
internal sealed class UnixSocketServer(string path, UnixFileMode mode, Action<IEndpointRouteBuilder> map, ILoggerFactory logs) : IHostedService
{
    private static readonly TimeSpan StopTime = TimeSpan.FromSeconds(2);

    private WebApplication? _web;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path) ?? "/");
        File.Delete(path);
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.Services.Replace(ServiceDescriptor.Singleton(logs));
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 1 << 20;
            kestrel.ListenUnixSocket(path);
        });
        _web = builder.Build();
        if (mode.HasFlag(UnixFileMode.OtherWrite))
            _web.Use(StatusApi.OnlyRootMayChange);
        _web.UseRouting();
        map(_web);
        await _web.StartAsync(cancellationToken);
        File.SetUnixFileMode(path, mode);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_web is null)
            return;

        using var limit = new CancellationTokenSource(StopTime);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        await _web.StopAsync(either.Token);
        await _web.DisposeAsync();
        File.Delete(path);
    }
}
