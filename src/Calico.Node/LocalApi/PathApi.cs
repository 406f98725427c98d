using System.Net;
using Calico.Dataplane.Paths;
using Calico.Model.Hosts;
using Calico.Model.Store;
using Calico.Model.Values;
using Calico.Netlink;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Calico.Node.LocalApi;

/// <summary>Answers what beside policy stands in a packet's way on this host; <c>calicoctl explain</c> asks, for it needs root to see.</summary>
internal static class PathApi
{
    public static void Map(IEndpointRouteBuilder routes, string node) =>
        routes.MapGet("/path", async (HttpContext http) =>
        {
            if (Read(http.Request.Query) is not { } packet)
            {
                http.Response.StatusCode = StatusCodes.Status400BadRequest;
                await http.Response.WriteAsync("ask /path?from=ADDRESS&to=ADDRESS&protocol=NUMBER&port=NUMBER, both addresses of one family\n", http.RequestAborted);
                return;
            }

            await http.Response.WriteAsJsonAsync(Make(node, packet), ModelJson.Default.PathReport, cancellationToken: http.RequestAborted);
        });

    private static PathReport Make(string node, PathPacket packet)
    {
        try
        {
            return new() { Node = node, Findings = PathCheck.Run(packet).ToValueList() };
        }
        catch (NetlinkException e)
        {
            return new() { Node = node, Findings = [new($"the kernel cannot be asked: {e.Message}", PathEffect.MayStop)] };
        }
    }

    private static PathPacket? Read(IQueryCollection query) =>
        IPAddress.TryParse(query["from"], out var from)
        && IPAddress.TryParse(query["to"], out var to)
        && from.AddressFamily == to.AddressFamily
        && byte.TryParse(query["protocol"], out var protocol)
        && ushort.TryParse(query["port"], out var port)
            ? new(from, to, new Protocol(protocol), port)
            : null;
}
