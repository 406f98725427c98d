using Calico.Model.Addresses;
using Calico.Model.Hosts;
using Calico.Netlink.Routing;

namespace Calico.Dataplane.Interfaces;

/// <summary>The settings that a workload's interface needs, as link attributes and as names under <c>/proc/sys</c>.</summary>
internal static class WorkloadInterface
{
    /// <summary>
    /// Forwarding besides the host's own; proxy ARP answers for the gateway; the strict source check lets a container send only from
    /// addresses that are routed to it. A container on several networks answers all by its default route, so of it the table of nftables
    /// checks the source alone: on an interface without an address the kernel's loose check is no looser than the strict one.
    /// </summary>
    public static LinkIPv4 IPv4(LocalEndpoint endpoint) =>
        new() { Forwarding = true, ProxyArp = true, ReversePathFilter = endpoint.Siblings.Count > 0 ? 0 : 1 };

    public static bool Has(LinkIPv4 actual, LocalEndpoint endpoint) =>
        IPv4(endpoint) is var wanted
        && (actual.Forwarding, actual.ProxyArp, actual.ReversePathFilter) == (wanted.Forwarding, wanted.ProxyArp, wanted.ReversePathFilter);

    /// <remarks>Without <c>proxy_delay</c> 0 the kernel answers the first ARP request after up to 0.8 s.</remarks>
    public static IEnumerable<(string Name, string Value)> Settings(LocalEndpoint endpoint)
    {
        var name = endpoint.Interface;
        yield return ($"net/ipv4/neigh/{name}/proxy_delay", "0");
        yield return ($"net/ipv6/conf/{name}/accept_ra", "0");
        if (endpoint.Published.Count > 0) // the host's own 127.0.0.1 leads there; what comes from there to 127.0.0.0/8 is dropped (PublishedPorts)
            yield return ($"net/ipv4/conf/{name}/route_localnet", "1");
        if (endpoint.Addresses.Any(address => !address.IsIPv4))
        {
            yield return ($"net/ipv6/conf/{name}/proxy_ndp", "1");
            yield return ($"net/ipv6/conf/{name}/forwarding", "1");
        }
    }

    /// <summary>Of the host as a whole. IPv6 forwarding ends the host's own autoconfiguration, so it waits for a workload that needs it.</summary>
    public static IEnumerable<(string Name, string Value)> HostSettings(HostState host)
    {
        yield return ("net/ipv4/ip_forward", "1");
        if (host.Endpoints.Values.Any(endpoint => endpoint.Addresses.Any(address => !address.IsIPv4)))
            yield return ("net/ipv6/conf/all/forwarding", "1");
    }
}
