using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Calico.Bgp.Values;

/// <summary>An address family and subsequent address family, as RFC 4760 numbers them.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct Family(ushort Afi, byte Safi)
{
    public static readonly Family IPv4Unicast = new(1, 1);

    public static readonly Family IPv6Unicast = new(2, 1);

    /// <summary>The families whose routes this speaker carries.</summary>
    public static ValueArray<Family> All { get; } = [IPv4Unicast, IPv6Unicast];

    public static Family Of(IPAddress address) => address.AddressFamily == AddressFamily.InterNetwork ? IPv4Unicast : IPv6Unicast;

    public override string ToString() => (Afi, Safi) switch
    {
        (1, 1) => "IPv4 unicast",
        (2, 1) => "IPv6 unicast",
        _ => $"AFI {Afi} SAFI {Safi}",
    };
}
