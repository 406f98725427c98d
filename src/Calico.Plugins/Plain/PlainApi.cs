using System.Text.Json;
using Calico.Datastore;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace Calico.Plugins.Plain;

/// <summary>Attaching by the node's local API: <c>POST /workloads</c>, <c>DELETE /workloads/NAME</c>; for root alone.</summary>
internal sealed partial class PlainApi(PlainWorkloads workloads, TimeProvider time, ILogger log)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/workloads", (RequestDelegate)(context => AnswerAsync(context, async cancellation =>
        {
            var request = await JsonSerializer.DeserializeAsync(context.Request.Body, PlainJson.Default.PlainRequest, cancellation)
                ?? throw new PluginException("the body is null; expected an object");
            var attached = await workloads.AttachAsync(request, cancellation);
            await context.Response.WriteAsJsonAsync(attached, PlainJson.Default.PlainWorkload, cancellationToken: cancellation);
        })));
        routes.MapDelete("/workloads/{name}", (RequestDelegate)(context => AnswerAsync(context, async cancellation =>
        {
            await workloads.DetachAsync(
                context.Request.RouteValues["name"] as string ?? "", context.Request.Query["orchestrator"].FirstOrDefault(), cancellation);
            context.Response.StatusCode = StatusCodes.Status204NoContent;
        })));
    }

    private async Task AnswerAsync(HttpContext context, Func<CancellationToken, Task> handler)
    {
        if (PeerProcess.Of(context) is { Uid: not 0 })
        {
            await RefuseAsync(context, StatusCodes.Status403Forbidden, "only root may attach and detach workloads");
            return;
        }

        using var deadline = new CancellationTokenSource(Limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, context.RequestAborted);
        try
        {
            await handler(either.Token);
        }
        catch (Exception e) when (e is PluginException or DatastoreException or Netlink.NetlinkException)
        {
            await RefuseAsync(context, StatusCodes.Status409Conflict, e.Message);
        }
        catch (JsonException e)
        {
            await RefuseAsync(context, StatusCodes.Status400BadRequest, $"the body's JSON cannot be read: {e.Message}");
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested)
        {
            await RefuseAsync(context, StatusCodes.Status504GatewayTimeout, $"not done within {Limit.TotalSeconds} s; see calico-node's log");
        }
    }

    private async Task RefuseAsync(HttpContext context, int status, string reason)
    {
        Refused(context.Request.Method, context.Request.Path, reason);
        context.Response.StatusCode = status;
        await context.Response.WriteAsJsonAsync(new PlainRefusal(reason), PlainJson.Default.PlainRefusal, cancellationToken: context.RequestAborted);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Method} {Path} refused: {Reason}")]
    private partial void Refused(string method, string path, string reason);
}
