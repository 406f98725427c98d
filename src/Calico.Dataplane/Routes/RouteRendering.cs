using System.Net;
using Calico.Model.Addresses;
using Calico.Model.Hosts;
using Calico.Netlink.Routing;

namespace Calico.Dataplane.Routes;

/// <summary>Which routes a host is to have. Pure but for the looking up of next hops.</summary>
/// <remarks>Where two would have one prefix, a local address wins over a block's blackhole and that over what BGP says.</remarks>
internal sealed class RouteRendering(LinkMap links, NextHops nextHops)
{
    /// <summary>The container's gateway; its ARP request is answered only while some route leads to it by another link.</summary>
    public static readonly IPAddress Gateway = IPAddress.Parse("169.254.1.1");

    private readonly Dictionary<RouteKey, Route> _routes = [];
    private readonly List<string> _problems = [];

    public IReadOnlyList<string> Problems => _problems;

    /// <param name="host">Local addresses and blocks.</param>
    /// <param name="learned">What BGP says.</param>
    /// <param name="foreign">What others have in the table: their routes stay.</param>
    public IReadOnlyDictionary<RouteKey, Route> Render(
        HostState host, IReadOnlyDictionary<IPNetwork, LearnedRoute> learned, IReadOnlyDictionary<RouteKey, Route> foreign)
    {
        foreach (var endpoint in host.Endpoints.Values)
            AddEndpoint(endpoint);
        foreach (var block in host.LocalBlocks.Where(block => !block.IsHost))
            Add(Route.Blackhole(block) with { Protocol = RouteProtocols.Bird });
        AddGateway(foreign);
        foreach (var (prefix, route) in learned)
            AddLearned(prefix, route);

        foreach (var key in _routes.Keys.Where(foreign.ContainsKey).ToList())
            Yield(key, foreign[key]);
        return _routes;
    }

    private void AddEndpoint(LocalEndpoint endpoint)
    {
        if (links.Find(endpoint.Interface) is not { IsUp: true } link)
            return; // the interface's own step reports it

        foreach (var address in endpoint.Addresses)
            Add(Route.Direct(address, link.Index));
    }

    private void AddLearned(IPNetwork prefix, LearnedRoute learned)
    {
        var hops = new List<NextHop>();
        foreach (var address in learned.NextHops)
        {
            if (nextHops.Resolve(address) is { } hop)
                hops.Add(hop);
            else
                _problems.Add($"route to {prefix}: nothing leads to its next hop {address}");
        }

        if (hops.Count > 0)
            Add(new() { Destination = prefix, NextHops = [.. hops.Distinct()], Protocol = RouteProtocols.Bird });
    }

    /// <summary>Where no route of another's covers the gateway, one of ours by a link that is no workload's does.</summary>
    private void AddGateway(IReadOnlyDictionary<RouteKey, Route> foreign)
    {
        if (foreign.Values.Any(route => route.Kind == RouteKind.Unicast
            && route.Destination.Contains(Gateway)
            && route.NextHops.Any(hop => links.NameOf(hop.Link) is { } name && !LinkMap.IsWorkload(name))))
            return;

        var link = links.All.Where(link => link.IsUp && !LinkMap.IsWorkload(link.Name)).OrderBy(link => link.Index == 1).ThenBy(link => link.Index).FirstOrDefault();
        if (link is null)
            _problems.Add($"no link but workloads' is up: containers' gateway {Gateway} is not answered");
        else
            Add(Route.Direct(Gateway.HostPrefix, link.Index) with { Protocol = RouteProtocols.Bird });
    }

    private void Add(Route route) => _routes.TryAdd(RouteKey.Of(route), route);

    private void Yield(RouteKey key, Route theirs)
    {
        _routes.Remove(key);
        if (theirs.Protocol != RouteProtocols.Kernel) // a subnet the host is on itself needs no other route
            _problems.Add($"route to {key.Destination} is left as it is: another's is in its place ({theirs})");
    }
}
