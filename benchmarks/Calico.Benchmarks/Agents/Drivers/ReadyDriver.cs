using System.Collections.Concurrent;
using System.Text.Json;
using Calico.Netlink.Routing;

namespace Calico.Benchmarks.Agents.Drivers;

/// <summary>A network driver of Docker's whose links were made beforehand: what a container costs with it, any driver costs that connects the container.</summary>
/// <remarks>Nothing is at the host's end of a link, and nobody keeps its addresses; of what a driver does, the kernel's and dockerd's part alone is left: to move a link into the container and set it up there.</remarks>
internal sealed class ReadyDriver
{
    /// <summary>The driver's name.</summary>
    public const string Name = "ready";

    /// <summary>More than containers ever run at once.</summary>
    private const int Links = 60;

    private readonly BlockingCollection<string> _free = [];
    private readonly ConcurrentDictionary<string, string> _used = []; // by the endpoint
    private int _addresses;

    private ReadyDriver()
    {
        for (var link = 0; link < Links; link++)
            Offer($"ready{link}");
    }

    public static void Start()
    {
        var driver = new ReadyDriver();
        DriverSocket.Serve(Name, driver.Answer);
    }

    private string Answer(string call, JsonElement request)
    {
        switch (call)
        {
            case "NetworkDriver.CreateEndpoint":
                var number = (ushort)Interlocked.Increment(ref _addresses);
                return $$$"""{"Interface":{"Address":"10.213.{{{number >> 8}}}.{{{number & 0xff}}}/16"}}""";
            case "NetworkDriver.Join":
                var link = _free.Take();
                _used[EndpointOf(request)] = link;
                return $$$"""{"InterfaceName":{"SrcName":"{{{link}}}","DstPrefix":"eth"},"DisableGatewayService":true}""";
            case "NetworkDriver.DeleteEndpoint":
                if (_used.TryRemove(EndpointOf(request), out var returned))
                    _ = Task.Run(() => Offer(returned)); // dockerd does not wait for it
                return "{}";
            default:
                return "{}";
        }
    }

    private static string EndpointOf(JsonElement request) => request.GetProperty("EndpointID").GetString() ?? "";

    /// <summary>It comes back with its container's end, or is gone with that.</summary>
    private void Offer(string link)
    {
        using var socket = RouteSocket.Open();
        socket.Links.CreateVeth(new() { Name = $"{link}h", IsUp = true, Peer = new() { Name = link } });
        _free.Add(link);
    }
}
