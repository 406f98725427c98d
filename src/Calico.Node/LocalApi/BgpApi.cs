using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Threading.Channels;
using Calico.Bgp;
using Calico.Model.Addresses;
using Calico.Model.Hosts;
using Calico.Model.Store;
using Calico.Model.Values;
using Calico.Netlink.Routing;
using Calico.Node.Bgp;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Route = Calico.Netlink.Routing.Route;

namespace Calico.Node.LocalApi;

/// <summary>What can be asked of BGP on the node's socket: routes, why one was chosen, and what happens from now on.</summary>
internal sealed class BgpApi(SpeakerLoop loop, RouteSocket kernel, TimeProvider time)
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(250);

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/bgp/routes", RoutesAsync);
        routes.MapGet("/bgp/why", WhyAsync);
        routes.MapGet("/bgp/events", EventsAsync);
    }

    private async Task RoutesAsync(HttpContext http)
    {
        if (await SpeakerOf(http) is not { } speaker)
            return;

        var prefix = http.Request.Query["prefix"].ToString();
        if (prefix.Length > 0 && !AddressArithmetic.TryParseNetwork(prefix, out _))
        {
            await Refuse(http, $"'{prefix}' is not a prefix such as 10.0.0.0/26");
            return;
        }

        var query = new RouteQuery
        {
            Prefix = AddressArithmetic.TryParseNetwork(prefix, out var network) ? network : null,
            ReceivedFrom = PeerNamed(speaker, http.Request.Query["received"]),
            AdvertisedTo = PeerNamed(speaker, http.Request.Query["advertised"]),
        };
        var paths = await speaker.ListAsync(query, http.RequestAborted);
        await http.Response.WriteAsJsonAsync([.. paths.Select(View)], ModelJson.Default.BgpPathArray, cancellationToken: http.RequestAborted);
    }

    private async Task WhyAsync(HttpContext http)
    {
        if (await SpeakerOf(http) is not { } speaker)
            return;

        var text = http.Request.Query["prefix"].ToString();
        if (!AddressArithmetic.TryParseNetwork(text, out var prefix))
        {
            await Refuse(http, $"'{text}' is not a prefix such as 10.0.0.0/26");
            return;
        }

        var paths = await speaker.ListAsync(new RouteQuery { Prefix = prefix }, http.RequestAborted);
        var all = kernel.Routes.List(new RouteFilter());
        var names = kernel.Links.List().ToDictionary(link => link.Index, link => link.Name);
        string Text(Route route) => KernelText.Describe(route, link => names.GetValueOrDefault(link) ?? $"{link}");
        var explanation = new BgpExplanation
        {
            Prefix = prefix,
            Paths = paths.OrderByDescending(path => path.IsBest).ThenByDescending(path => path.IsMultipath).Select(View).ToValueList(),
            Kernel = all.Where(route => route.Destination == prefix).Select(Text).ToValueList(),
            Covering = all.Where(route => route.Destination.Covers(prefix) && route.Destination != prefix)
                .OrderByDescending(route => route.Destination.PrefixLength).Select(Text).FirstOrDefault(),
        };
        await http.Response.WriteAsJsonAsync(explanation, ModelJson.Default.BgpExplanation, cancellationToken: http.RequestAborted);
    }

    /// <summary>One JSON object a line, for as long as the client reads.</summary>
    private async Task EventsAsync(HttpContext http)
    {
        if (await SpeakerOf(http) is null)
            return;

        // A client that does not read loses the oldest lines, and holds up nobody.
        var events = Channel.CreateBounded<string>(new BoundedChannelOptions(10000) { FullMode = BoundedChannelFullMode.DropOldest });
        void OnRoute(object? sender, RouteChangedEventArgs told) => events.Writer.TryWrite(
            told.Change.Route is { } route ? $"route {told.Change.Prefix} via {string.Join(", ", route.NextHops)} from {route.Peer}" : $"route {told.Change.Prefix} is gone");
        loop.RouteChanged += OnRoute;
        try
        {
            await Task.WhenAny(WatchPeersAsync(events.Writer, http.RequestAborted), WriteAsync(events.Reader, http));
        }
        finally
        {
            loop.RouteChanged -= OnRoute;
        }
    }

    private async Task WriteAsync(ChannelReader<string> events, HttpContext http)
    {
        http.Response.ContentType = "application/x-ndjson";
        await http.Response.StartAsync(http.RequestAborted);
        await foreach (var what in events.ReadAllAsync(http.RequestAborted))
        {
            await JsonSerializer.SerializeAsync(http.Response.Body, new BgpEvent(time.GetUtcNow(), what), ModelJson.Default.BgpEvent, http.RequestAborted);
            await http.Response.WriteAsync("\n", http.RequestAborted);
            await http.Response.Body.FlushAsync(http.RequestAborted);
        }
    }

    private async Task WatchPeersAsync(ChannelWriter<string> events, CancellationToken cancellation)
    {
        var before = new Dictionary<string, PeerSnapshot>();
        using var timer = new PeriodicTimer(LookEvery, time);
        do
        {
            var now = loop.Peers.ToDictionary(peer => peer.Session.Name, peer => peer.Session);
            foreach (var peer in now.Values.Where(peer => before.GetValueOrDefault(peer.Name) is var old && (old?.State != peer.State || old.LastError != peer.LastError || old.Bfd != peer.Bfd)))
                events.TryWrite(Describe(peer));
            foreach (var gone in before.Keys.Except(now.Keys))
                events.TryWrite($"peer {gone} is gone");
            before = now;
        }
        while (await timer.WaitForNextTickAsync(cancellation));
    }

    private static string Describe(PeerSnapshot peer) => string.Create(
        CultureInfo.InvariantCulture,
        $"peer {peer.Name} ({peer.Address}) {peer.State}{(peer.Bfd is null ? "" : $", BFD {peer.Bfd}")}{(peer.LastError is null ? "" : $": {peer.LastError}")}");

    /// <summary>By name or by address.</summary>
    private static string? PeerNamed(BgpSpeaker speaker, string? given) => given is not { Length: > 0 } ? null
        : IPAddress.TryParse(given, out var address) ? speaker.Peers.FirstOrDefault(peer => peer.Address.Equals(address))?.Name ?? given
        : given;

    private async Task<BgpSpeaker?> SpeakerOf(HttpContext http)
    {
        if (loop.Speaker is { } speaker)
            return speaker;

        http.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        await http.Response.WriteAsync("this node runs no BGP, or does not yet: see 'calicoctl node status'", http.RequestAborted);
        return null;
    }

    private static async Task Refuse(HttpContext http, string reason)
    {
        http.Response.StatusCode = StatusCodes.Status400BadRequest;
        await http.Response.WriteAsync(reason, http.RequestAborted);
    }

    private static BgpPath View(PathView path) => new()
    {
        Prefix = path.Prefix,
        Peer = path.Peer,
        NextHop = path.NextHop,
        AsPath = path.AsPath,
        Origin = path.Origin,
        LocalPreference = path.LocalPreference,
        Med = path.MultiExitDiscriminator,
        Communities = path.Communities.Concat(path.LargeCommunities).ToValueList(),
        IsBest = path.IsBest,
        IsMultipath = path.IsMultipath,
        IsStale = path.IsStale,
        Decision = path.Decision,
    };
}
