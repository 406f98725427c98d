using System.Net;
using System.Net.Sockets;
using Calico.Model.Addresses;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using IPProtocol = Calico.Model.Values.Protocol;

namespace Calico.Plugins.Docker.Ports;

/// <summary>Which ports of the host are free to be published.</summary>
internal static class HostPorts
{
    /// <param name="wanted">Of an endpoint that is being attached.</param>
    /// <param name="others">Endpoints of other containers of the host.</param>
    /// <exception cref="PluginException">One is taken; the message says by whom.</exception>
    public static void Check(IEnumerable<EndpointPort> wanted, IReadOnlyList<Resource<WorkloadEndpointSpec>> others)
    {
        foreach (var port in wanted)
        {
            if (others.FirstOrDefault(other => other.Spec.Ports?.Any(taken => IsSame(taken, port)) == true) is { } holder)
                throw new PluginException($"port {Shown(port)} of this host is published by {holder.Spec.Workload} already");
            if (IsListenedAt(port))
                throw new PluginException($"port {Shown(port)} of this host is in use by a process of the host or by a container of another network");
        }
    }

    private static bool IsSame(EndpointPort one, EndpointPort other) =>
        one.HostPort == other.HostPort && one.Protocol == other.Protocol && (IsAny(one.HostIP) || IsAny(other.HostIP) || Equals(one.HostIP, other.HostIP));

    private static bool IsAny(IPAddress? address) => address is null || address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);

    private static string Shown(EndpointPort port) => $"{(port.HostIP is null ? "" : port.HostIP + ":")}{port.HostPort}/{port.Protocol.ToString().ToLowerInvariant()}";

    /// <summary>Whoever listens there would be cut off from the network. Found by trying to take the port, for a moment.</summary>
    private static bool IsListenedAt(EndpointPort port)
    {
        var at = new IPEndPoint(port.HostIP ?? IPAddress.Any, port.HostPort.GetValueOrDefault());
        var family = at.Address.IsIPv4 ? AddressFamily.InterNetwork : AddressFamily.InterNetworkV6;
        try
        {
            using var probe = port.Protocol == IPProtocol.Tcp
                ? new Socket(family, SocketType.Stream, ProtocolType.Tcp)
                : new Socket(family, SocketType.Dgram, ProtocolType.Udp);
            if (port.Protocol != IPProtocol.Tcp && port.Protocol != IPProtocol.Udp)
                return false;

            probe.Bind(at);
            return false;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            return true;
        }
        catch (SocketException)
        {
            return false; // an address that the host has not, or not yet
        }
    }
}
