using System.Net;
using System.Net.Sockets;
using Calico.Model.Addresses;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Calico.Model.Values;
using IPProtocol = Calico.Model.Values.Protocol;

namespace Calico.Plugins.Docker.Ports;

/// <summary>Which ports of the host are free to be published.</summary>
internal static class HostPorts
{
    /// <summary>Ports that are chosen lie above those that Linux takes for connections of its own (net.ipv4.ip_local_port_range).</summary>
    private const ushort FirstChosen = 61000;

    private const int Choices = ushort.MaxValue + 1 - FirstChosen;

    /// <summary>The ports that are published: those that were named, and a free one for each that was not.</summary>
    /// <param name="endpoint">The id of the endpoint that is being attached, in hexadecimal digits: where the search begins, so that those who search at the same time do not meet.</param>
    /// <param name="wanted">Its ports.</param>
    /// <param name="others">Endpoints of other containers of the host.</param>
    /// <exception cref="PluginException">One is taken, and the message says by whom; or none is free.</exception>
    public static ValueList<EndpointPort> Choose(string endpoint, IReadOnlyList<EndpointPort> wanted, IReadOnlyList<Resource<WorkloadEndpointSpec>> others)
    {
        List<EndpointPort> all = [.. wanted.Where(port => port.HostPort > 0)];
        foreach (var named in all)
        {
            if (WhoHas(named, others) is { } holder)
                throw new PluginException($"port {Shown(named)} of this host is {holder}");
        }

        var start = Convert.ToInt32(endpoint[..4], 16);
        foreach (var open in wanted.Where(port => port.HostPort is null or 0))
        {
            var candidates = Enumerable.Range(0, Choices).Select(step => (ushort)(FirstChosen + ((start + step) % Choices)));
            all.Add(candidates
                .Select(number => open with { HostPort = number, Name = PortMapping.Name(open.Protocol, number) })
                .FirstOrDefault(port => !all.Exists(taken => IsSame(taken, port)) && WhoHas(port, others) is null)
                ?? throw new PluginException($"no port of this host from {FirstChosen} up is free for port {open.Port} of the container: name one, -p HOSTPORT:{open.Port}"));
        }

        return [.. all];
    }

    /// <summary>In words, for a message; null if it is free.</summary>
    private static string? WhoHas(EndpointPort port, IReadOnlyList<Resource<WorkloadEndpointSpec>> others) =>
        others.FirstOrDefault(other => other.Spec.Ports?.Any(taken => IsSame(taken, port)) == true) is { } holder ? $"published by {holder.Spec.Workload} already"
        : IsListenedAt(port) ? "in use by a process of the host or by a container of another network"
        : null;

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
