using System.Net.NetworkInformation;

namespace Calico.Netlink.Routing;

/// <summary>A veth pair to be made: this end here, the other wherever it is wanted.</summary>
public sealed record NewVeth
{
    public required string Name { get; init; }

    public required VethPeer Peer { get; init; }

    /// <summary>Null lets the kernel choose one.</summary>
    public PhysicalAddress? HardwareAddress { get; init; }

    /// <summary>Null is the kernel's 1500.</summary>
    public int? Mtu { get; init; }

    /// <summary>Set this end up at once. (The peer cannot be: the kernel configures it before the pair is joined.)</summary>
    public bool IsUp { get; init; }

    /// <summary>Where this end is born; null for the socket's namespace.</summary>
    public NetworkNamespace? Namespace { get; init; }
}

/// <summary>The other end of a <see cref="NewVeth"/>; it is down when made.</summary>
public sealed record VethPeer
{
    public required string Name { get; init; }

    public PhysicalAddress? HardwareAddress { get; init; }

    public int? Mtu { get; init; }

    /// <summary>Where it is born; null for the socket's namespace.</summary>
    public NetworkNamespace? Namespace { get; init; }
}
