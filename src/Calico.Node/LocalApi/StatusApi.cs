using System.Globalization;
using Calico.Dataplane;
using Calico.Model.Store;
using Calico.Plugins;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Calico.Node.LocalApi;

/// <summary>The node's own socket: anyone on the host may read the status, only root may change anything.</summary>
internal static class StatusApi
{
    private const int Root = 0;

    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(60);

    public static void Map(IEndpointRouteBuilder routes, StatusReport report, DenialLog denials)
    {
        routes.MapGet("/status", (HttpContext http) => http.Response.WriteAsJsonAsync(report.Make(), ModelJson.Default.NodeStatus, cancellationToken: http.RequestAborted));
        routes.MapGet("/denials", (HttpContext http) => AnswerDenialsAsync(http, denials));
    }

    private static async Task AnswerDenialsAsync(HttpContext http, DenialLog denials)
    {
        var since = long.TryParse(http.Request.Query["since"], out var serial) ? serial : 0;
        var wait = double.TryParse(http.Request.Query["wait"], CultureInfo.InvariantCulture, out var seconds) && seconds > 0
            ? TimeSpan.FromSeconds(Math.Min(seconds, LongestWait.TotalSeconds))
            : TimeSpan.Zero;
        var list = wait == TimeSpan.Zero ? denials.Since(since) : await denials.WaitAsync(since, wait, http.RequestAborted);
        await http.Response.WriteAsJsonAsync(list, ModelJson.Default.DenialList, cancellationToken: http.RequestAborted);
    }

    /// <summary>Refuses what is not a reading request to everybody but root, by the kernel's word on who is asking.</summary>
    public static async Task OnlyRootMayChange(HttpContext http, RequestDelegate next)
    {
        if (HttpMethods.IsGet(http.Request.Method) || PeerProcess.Of(http)?.Uid == Root)
        {
            await next(http);
            return;
        }

        http.Response.StatusCode = StatusCodes.Status403Forbidden;
        await http.Response.WriteAsync("only root may attach and detach workloads on this socket\n", http.RequestAborted);
    }
}
