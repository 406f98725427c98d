using Calico.Model.Addresses;
using Calico.Model.Hosts;
using Calico.Netlink.Routing;

namespace Calico.Dataplane.Interfaces;

/// <summary>The settings that a workload's interface needs, as link attributes and as names under <c>/proc/sys</c>.</summary>
internal static class WorkloadInterface
{
    /// <summary>
    /// Forwarding besides the host's own; proxy ARP answers for the gateway; the strict source check lets a container send only from
    /// addresses that are routed to it.
    /// </summary>
    public static readonly LinkIPv4 IPv4 = new() { Forwarding = true, ProxyArp = true, ReversePathFilter = 1 };

    public static bool Has(LinkIPv4 actual) =>
        (actual.Forwarding, actual.ProxyArp, actual.ReversePathFilter) == (IPv4.Forwarding, IPv4.ProxyArp, IPv4.ReversePathFilter);

    /// <remarks>Without <c>proxy_delay</c> 0 the kernel answers the first ARP request after up to 0.8 s.</remarks>
    public static IEnumerable<(string Name, string Value)> Settings(LocalEndpoint endpoint)
    {
        var name = endpoint.Interface;
        yield return ($"net/ipv4/neigh/{name}/proxy_delay", "0");
        yield return ($"net/ipv6/conf/{name}/accept_ra", "0");
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
