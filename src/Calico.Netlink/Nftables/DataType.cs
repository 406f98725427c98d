using System.Runtime.InteropServices;

namespace Calico.Netlink.Nftables;

/// <summary>The type of a set's key or value, by nft(8)'s number, so that nft lists the set as it would its own.</summary>
/// <param name="Id">nft's TYPE_*; the kernel keeps it and gives it no meaning.</param>
/// <param name="Size">Bytes.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct DataType(uint Id, int Size)
{
    public static readonly DataType IPv4Address = new(7, 4);
    public static readonly DataType IPv6Address = new(8, 16);
    public static readonly DataType EthernetAddress = new(9, 6);
    public static readonly DataType Protocol = new(12, 1);
    public static readonly DataType Port = new(13, 2);
    public static readonly DataType IcmpType = new(14, 1);
    public static readonly DataType Mark = new(19, 4);
    public static readonly DataType InterfaceIndex = new(20, 4);
    public static readonly DataType ConntrackState = new(26, 4);
    public static readonly DataType ConntrackDirection = new(27, 1);
    public static readonly DataType Icmpv6Type = new(29, 1);
    public static readonly DataType InterfaceName = new(41, 16);

    /// <summary>NFT_DATA_VERDICT: a map whose values are verdicts.</summary>
    public static readonly DataType Verdict = new(0xffffff00, 0);

    private static readonly DataType[] Known =
    [
        IPv4Address, IPv6Address, EthernetAddress, Protocol, Port, IcmpType, Mark, InterfaceIndex, ConntrackState, ConntrackDirection, Icmpv6Type, InterfaceName,
    ];

    /// <summary>nft's BYTEORDER_HOST_ENDIAN or BYTEORDER_BIG_ENDIAN.</summary>
    internal uint ByteOrder => this == Mark || this == InterfaceIndex || this == ConntrackState || this == ConntrackDirection || this == InterfaceName ? 1u : 2u;

    /// <summary>How large a type of that number is; 4 where it is none of ours.</summary>
    internal static int SizeOf(uint id)
    {
        foreach (var known in Known)
        {
            if (known.Id == id)
                return known.Size;
        }

        return 4;
    }
}
