using System.Net;
using System.Net.NetworkInformation;

namespace Calico.Netlink.Routing;

/// <summary>What a link knows of an address on it: its hardware address, or that this host answers for it.</summary>
public sealed record Neighbour
{
    public required int Link { get; init; }

    public required IPAddress Address { get; init; }

    /// <summary>Null while it is not known, and for a proxy entry.</summary>
    public PhysicalAddress? HardwareAddress { get; init; }

    public NeighbourState State { get; init; } = NeighbourState.Permanent;

    /// <summary>This host answers ARP or neighbour discovery for the address (NTF_PROXY).</summary>
    public bool IsProxy { get; init; }

    /// <summary>An entry that neither ages nor is asked for again.</summary>
    public static Neighbour Permanent(int link, IPAddress address, PhysicalAddress hardwareAddress) =>
        new() { Link = link, Address = address, HardwareAddress = hardwareAddress };

    public static Neighbour Proxy(int link, IPAddress address) =>
        new() { Link = link, Address = address, IsProxy = true, State = NeighbourState.None };

    public override string ToString() => $"{(IsProxy ? "proxy " : "")}{Address} dev {Link}{(HardwareAddress is null ? "" : $" lladdr {HardwareAddress}")}";
}
