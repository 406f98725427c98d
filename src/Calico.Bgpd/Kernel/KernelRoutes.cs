using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Calico.Bgp;
using Calico.Bgpd.Configuration;
using Calico.Netlink.Routing;
using Microsoft.Extensions.Logging;
using Change = Calico.Netlink.Routing.RouteChange;
using Learned = Calico.Bgp.RouteChange;

namespace Calico.Bgpd.Kernel;

/// <summary>Puts learned routes into the kernel's table and takes them out again: hundreds a system call, apart from the speaker's loop.</summary>
/// <remarks>
/// Ours are those of protocol 12 in our table; no other is touched. A route that the kernel refuses, as when its gateway is not on any link
/// yet, is tried again every few seconds.
/// </remarks>
internal sealed partial class KernelRoutes(RouteTable table, KernelSettings settings, TimeProvider time, ILogger log)
{
    private const int Batch = 4096;

    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(3);

    private readonly Dictionary<IPNetwork, Route> _wanted = [];
    private readonly Dictionary<IPNetwork, Route> _adopted = [];
    private readonly HashSet<IPNetwork> _refused = [];

    /// <summary>Takes over what an earlier run left.</summary>
    /// <returns>How many routes that is.</returns>
    public int Adopt()
    {
        foreach (var route in table.List(new RouteFilter { Table = settings.Table, Protocol = RouteProtocols.Bird }))
        {
            if (route.Protocol == RouteProtocols.Bird)
                _adopted[route.Destination] = route;
        }

        return _adopted.Count;
    }

    /// <summary>Runs until the speaker has ended.</summary>
    public async Task RunAsync(BgpSpeaker speaker, CancellationToken cancellation)
    {
        var changes = new List<Change>();
        var swept = false;
        while (await MoreAsync(speaker.Routes, waitsForever: swept && _refused.Count == 0, cancellation))
        {
            var complete = speaker.RestartCompleted.IsCompleted; // asked first: what was learned before it can be read now
            while (changes.Count < Batch && speaker.Routes.TryRead(out var learned))
                Take(learned, changes);
            if (changes.Count == 0)
                changes.AddRange(_refused.Select(prefix => Change.Put(_wanted[prefix])));
            Apply(changes);
            if (complete && !swept && speaker.Routes.Count == 0)
            {
                Sweep();
                swept = true;
            }
        }

        if (settings.KeepOnExit)
            return;

        Apply([.. _wanted.Values.Select(Change.Remove)]);
        Sweep();
    }

    /// <returns>False when the speaker has ended; true also when it is time to try again.</returns>
    private async Task<bool> MoreAsync(ChannelReader<Learned> routes, bool waitsForever, CancellationToken cancellation)
    {
        var more = routes.WaitToReadAsync(CancellationToken.None).AsTask();
        if (waitsForever)
            return await more;

        await Task.WhenAny(more, Task.Delay(Retry, time, cancellation));
        return !more.IsCompleted || await more;
    }

    private void Take(Learned learned, List<Change> changes)
    {
        if (learned.Route is null)
        {
            _refused.Remove(learned.Prefix);
            if (_wanted.Remove(learned.Prefix, out var gone))
                changes.Add(Change.Remove(gone));
            return;
        }

        var route = new Route
        {
            Destination = learned.Prefix,
            NextHops = [.. learned.Route.NextHops.Select(gateway => new NextHop(LinkOf(gateway), gateway))],
            Protocol = RouteProtocols.Bird,
            Table = settings.Table,
        };
        _wanted[learned.Prefix] = route;
        if (_adopted.Remove(learned.Prefix, out var old) && Same(old, route))
            return;

        changes.Add(Change.Put(route));
    }

    private void Apply(List<Change> changes)
    {
        foreach (var change in changes)
            _refused.Remove(change.Route.Destination);
        foreach (var refusal in table.Apply(changes))
        {
            if (!refusal.Change.IsRemoval && _refused.Add(refusal.Change.Route.Destination))
                Refused(log, refusal.Error.Message);
        }

        changes.Clear();
    }

    /// <summary>What an earlier run left and nobody announces any more.</summary>
    private void Sweep()
    {
        Apply([.. _adopted.Values.Select(Change.Remove)]);
        _adopted.Clear();
    }

    /// <summary>The kernel names the link that it found by the gateway; a link-local gateway is on one link only, which its scope says.</summary>
    private static int LinkOf(IPAddress gateway) =>
        gateway.AddressFamily == AddressFamily.InterNetworkV6 && gateway.IsIPv6LinkLocal ? (int)gateway.ScopeId : 0;

    private static bool Same(Route installed, Route wanted) =>
        installed.NextHops.Count == wanted.NextHops.Count
        && wanted.NextHops.All(hop => installed.NextHops.Any(other => Equals(other.Gateway, hop.Gateway) && (hop.Link == 0 || hop.Link == other.Link)));

    [LoggerMessage(Level = LogLevel.Debug, Message = "A route waits until the kernel takes it: {Reason}")]
    private static partial void Refused(ILogger log, string reason);
}
