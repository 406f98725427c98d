using System.Net;
using System.Net.NetworkInformation;
using Calico.Model.Values;

namespace Calico.Model.Resources.Specs;

/// <summary>One container's interface.</summary>
public sealed record WorkloadEndpointSpec
{
    /// <summary><c>libnetwork</c> for Docker, <c>cni</c> for CNI, <c>lab</c> for a plain namespace.</summary>
    public string? Orchestrator { get; init; }

    /// <summary>Docker: the container's name where known.</summary>
    public string? Workload { get; init; }

    public string? Node { get; init; }

    public string? ContainerID { get; init; }

    public string? Pod { get; init; }

    /// <summary>Docker: the endpoint's id, 64 hex digits.</summary>
    public string? Endpoint { get; init; }

    /// <summary>Kubernetes: what the pod runs as.</summary>
    public string? ServiceAccountName { get; init; }

    /// <summary>Host prefixes only (/32, /128).</summary>
    public ValueList<IPNetwork>? IpNetworks { get; init; }

    public IPAddress? Ipv4Gateway { get; init; }

    public IPAddress? Ipv6Gateway { get; init; }

    /// <summary>Applied after all policy, in this order.</summary>
    public ValueList<string>? Profiles { get; init; }

    /// <summary>The host's end of the veth pair.</summary>
    public string? InterfaceName { get; init; }

    /// <summary>The container's MAC address.</summary>
    public PhysicalAddress? Mac { get; init; }

    public ValueList<EndpointPort>? Ports { get; init; }
}

public sealed record EndpointPort
{
    public string? Name { get; init; }

    public Protocol Protocol { get; init; }

    public ushort Port { get; init; }

    /// <summary>The port of the host that leads here; 0 or absent: none. Of workload endpoints only.</summary>
    public ushort? HostPort { get; init; }

    /// <summary>The address of the host whose port it is; absent: all of its addresses.</summary>
    public IPAddress? HostIP { get; init; }
}
