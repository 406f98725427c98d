using System.Net;
using Calico.Model.Addresses;
using Calico.Model.Values;

namespace Calico.Model.Resources.Specs;

/// <summary>A host that takes part: how BGP reaches it and which addresses it has.</summary>
public sealed record NodeSpec
{
    public NodeBgp? Bgp { get; init; }

    public ValueList<NodeAddress>? Addresses { get; init; }

    /// <summary>The host's own interfaces, found at start-up. No block may overlap a subnet of theirs.</summary>
    public ValueList<NodeInterface>? Interfaces { get; init; }
}

public sealed record NodeBgp
{
    /// <summary>Absent: the cluster's default.</summary>
    public AsNumber? AsNumber { get; init; }

    /// <summary>The host's address with the prefix length of its subnet.</summary>
    public InterfaceAddress? Ipv4Address { get; init; }

    public InterfaceAddress? Ipv6Address { get; init; }

    /// <summary>Present: the node is a route reflector and takes no part in the mesh.</summary>
    public IPAddress? RouteReflectorClusterID { get; init; }
}

/// <param name="Type"><c>CalicoNodeIP</c>, <c>InternalIP</c> or <c>ExternalIP</c>.</param>
public sealed record NodeAddress(IPAddress Address, string Type);

public sealed record NodeInterface(string Name, ValueList<InterfaceAddress> Addresses);
