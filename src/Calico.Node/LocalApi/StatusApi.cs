using Calico.Model.Store;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Calico.Node.LocalApi;

/// <summary>The node's own socket: anyone on the host may read the status, only root may change anything.</summary>
internal static class StatusApi
{
    private const uint Root = 0;

    public static void Map(IEndpointRouteBuilder routes, StatusReport report) =>
        routes.MapGet("/status", (HttpContext http) => http.Response.WriteAsJsonAsync(report.Make(), ModelJson.Default.NodeStatus, cancellationToken: http.RequestAborted));

    /// <summary>Refuses what is not a reading request to everybody but root, by the kernel's word on who is asking.</summary>
    public static async Task OnlyRootMayChange(HttpContext http, RequestDelegate next)
    {
        if (HttpMethods.IsGet(http.Request.Method) || PeerCredentials.UserOf(http) == Root)
        {
            await next(http);
            return;
        }

        http.Response.StatusCode = StatusCodes.Status403Forbidden;
        await http.Response.WriteAsync("only root may attach and detach workloads on this socket\n", http.RequestAborted);
    }
}
