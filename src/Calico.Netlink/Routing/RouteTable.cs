using System.Net;
using Calico.Netlink.Wire;

namespace Calico.Netlink.Routing;

/// <summary>The routes of a namespace, of both families.</summary>
public sealed class RouteTable
{
    /// <summary>How many go in one sendmsg: larger batches gain nothing, and so many refusals still fit the answers' buffer.</summary>
    private const int BatchSize = 500;

    private readonly NetlinkSocket _socket;

    internal RouteTable(NetlinkSocket socket) => _socket = socket;

    /// <summary>Lists routes; cached exceptions are left out.</summary>
    public IReadOnlyList<Route> List(RouteFilter filter)
    {
        var request = new RequestBuffer();
        RouteMessage.List(request, filter);
        return _socket.List(request, (type, body) => RouteMessage.IsCloned(body) ? null : RouteMessage.Decode(type, body), "list routes");
    }

    /// <summary>Puts a route in place of any to the same destination, table and metric.</summary>
    /// <exception cref="NetlinkException">The kernel refuses it: no such link (ENODEV), the gateway cannot be reached (ENETUNREACH).</exception>
    public void Put(Route route)
    {
        if (Apply([RouteChange.Put(route)]) is [var refused])
            throw refused.Error;
    }

    /// <summary>Removes the route that is all that this one says: destination, table, metric, kind, protocol, next hops.</summary>
    /// <returns>False when there is none.</returns>
    public bool Delete(Route route)
    {
        var request = new RequestBuffer();
        var change = RouteChange.Remove(route);
        RouteMessage.Encode(request, change);
        return _socket.TrySend(request, change.ToString(), Errno.ESRCH, Errno.ENODEV);
    }

    /// <summary>Takes many steps in order, a few hundred a system call. One that the kernel refuses holds up no other.</summary>
    /// <returns>Those it refused. Removing what is gone already is no refusal.</returns>
    public IReadOnlyList<RefusedRoute> Apply(IReadOnlyList<RouteChange> changes)
    {
        var refused = new List<RefusedRoute>();
        var requests = new RequestBuffer();
        for (var start = 0; start < changes.Count; start += BatchSize)
        {
            requests.Clear();
            for (var i = start; i < Math.Min(start + BatchSize, changes.Count); i++)
                RouteMessage.Encode(requests, changes[i]);

            foreach (var refusal in _socket.Send(requests))
            {
                var change = changes[start + refusal.Index];
                if (!change.IsRemoval || refusal.Errno is not (Errno.ESRCH or Errno.ENODEV))
                    refused.Add(new RefusedRoute(change, refusal.ToException(change.ToString())));
            }
        }

        return refused;
    }

    /// <summary>How this host's own packet to an address would go: link, gateway and source.</summary>
    /// <returns>Null when it would not go at all: no route, a blackhole, a prohibition.</returns>
    public Route? Lookup(IPAddress destination) => Lookup(destination, matchOnly: false);

    /// <summary>The route, as it was put, that an address falls under.</summary>
    /// <returns>Null when there is none, or one that drops.</returns>
    public Route? Match(IPAddress destination) => Lookup(destination, matchOnly: true);

    private Route? Lookup(IPAddress destination, bool matchOnly)
    {
        var request = new RequestBuffer();
        RouteMessage.Lookup(request, destination, matchOnly);
        var route = _socket.Find(
            request, RouteMessage.Decode, $"look up route to {destination}", Errno.ENETUNREACH, Errno.EHOSTUNREACH, Errno.EACCES, Errno.EINVAL);
        return route is { Kind: RouteKind.Unreachable or RouteKind.Blackhole or RouteKind.Prohibit } ? null : route;
    }
}
