using System.Net.NetworkInformation;

namespace Calico.Netlink.Routing;

/// <summary>A network interface as the kernel has it.</summary>
public sealed record Link
{
    public required int Index { get; init; }

    public required string Name { get; init; }

    /// <summary>What made it: <c>veth</c>, <c>bridge</c>, <c>vxlan</c>; empty for hardware and loopback.</summary>
    public string Kind { get; init; } = "";

    public PhysicalAddress HardwareAddress { get; init; } = PhysicalAddress.None;

    public int Mtu { get; init; }

    /// <summary>Administratively up (IFF_UP).</summary>
    public bool IsUp { get; init; }

    /// <summary>Up and with a carrier (IFF_LOWER_UP): packets can leave.</summary>
    public bool HasCarrier { get; init; }

    /// <summary>Index of the bridge it is a port of; 0 for none.</summary>
    public int Master { get; init; }

    /// <summary>Index of a veth's other end, in whatever namespace that is; 0 for none.</summary>
    public int Peer { get; init; }

    /// <summary>True when <see cref="Peer"/> is an index in another namespace than this link's.</summary>
    public bool IsPeerElsewhere { get; init; }

    /// <summary>IPv4 settings in force on it.</summary>
    public LinkIPv4 IPv4 { get; init; }
}
