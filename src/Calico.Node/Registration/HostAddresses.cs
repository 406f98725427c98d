using System.Net;
using Calico.Model.Addresses;
using Calico.Netlink.Routing;

namespace Calico.Node.Registration;

/// <summary>Reads the addresses of this host's interfaces from the kernel.</summary>
internal sealed class HostAddresses(RouteSocket kernel)
{
    private const string Loopback = "lo";

    /// <summary>In the order of the interfaces' indexes; loopback's are left out.</summary>
    /// <exception cref="Netlink.NetlinkException">The kernel refused to list them.</exception>
    public IReadOnlyList<HostAddress> Read()
    {
        var links = kernel.Links.List().ToDictionary(link => link.Index, link => link.Name);
        return
        [
            .. kernel.Addresses.List()
                .Where(address => links.GetValueOrDefault(address.Link, Loopback) != Loopback)
                .OrderBy(address => address.Link)
                .Select(address => new HostAddress(links[address.Link], new InterfaceAddress(address.Address, address.PrefixLength))),
        ];
    }

    /// <summary>The source address towards a destination; null if there is no route.</summary>
    public IPAddress? SourceTowards(IPAddress destination) => kernel.Routes.Lookup(destination)?.PreferredSource;
}
