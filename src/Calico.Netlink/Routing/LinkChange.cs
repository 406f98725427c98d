using System.Net.NetworkInformation;

namespace Calico.Netlink.Routing;

/// <summary>What to change of a link; what is null stays.</summary>
public sealed record LinkChange
{
    public string? Name { get; init; }

    public bool? IsUp { get; init; }

    public int? Mtu { get; init; }

    public PhysicalAddress? HardwareAddress { get; init; }

    /// <summary>Index of the bridge to be a port of; 0 to leave it.</summary>
    public int? Master { get; init; }

    /// <summary>Moves it there; it arrives down and without addresses, and with another index where its own is taken.</summary>
    public NetworkNamespace? Namespace { get; init; }

    public LinkIPv4 IPv4 { get; init; }
}
