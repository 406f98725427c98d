using System.Net;
using Calico.Model.Addresses;
using Calico.Netlink;
using Calico.Netlink.Routing;

namespace Calico.Plugins.Leaks;

/// <summary>Addresses of interfaces, of neighbours, and those that a route of their own leads to, whoever made it.</summary>
/// <param name="hostNamespace">The host's network namespace; null: this process's own.</param>
public sealed class KernelAddresses(NetworkNamespace? hostNamespace = null) : IHostAddresses
{
    public IReadOnlySet<IPAddress> Read()
    {
        using var host = RouteSocket.Open(hostNamespace);
        var routes = host.Routes.List(new RouteFilter()).Where(route => route.Kind == RouteKind.Unicast && route.Destination.IsHost);
        return host.Addresses.List().Select(address => address.Address)
            .Concat(host.Neighbours.List().Select(neighbour => neighbour.Address))
            .Concat(routes.Select(route => route.Destination.BaseAddress))
            .ToHashSet();
    }
}
