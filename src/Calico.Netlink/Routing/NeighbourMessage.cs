using System.Net;
using System.Net.NetworkInformation;
using System.Runtime.InteropServices;
using Calico.Netlink.Wire;

namespace Calico.Netlink.Routing;

/// <summary>RTM_NEWNEIGH and its kin.</summary>
/// <remarks>struct ndmsg: family, pad (3), link (4), state (2), flags, type; then NDA_* attributes.</remarks>
internal static class NeighbourMessage
{
    public const ushort New = 28, Delete = 29, Get = 30; // RTM_*NEIGH

    private const ushort Destination = 1, HardwareAddress = 2; // NDA_DST, NDA_LLADDR
    private const byte Proxy = 0x08; // NTF_PROXY

    [StructLayout(LayoutKind.Sequential)]
    internal readonly record struct NdMsg(byte Family, byte Pad1, ushort Pad2, int Link, ushort State, byte Flags, byte Type);

    /// <summary>Proxy entries are a listing of their own.</summary>
    public static void List(RequestBuffer requests, bool proxies)
    {
        var message = requests.Begin(Get, NetlinkFlags.Dump);
        message.Write(new NdMsg { Flags = proxies ? Proxy : (byte)0 });
        message.End();
    }

    public static void Put(RequestBuffer requests, Neighbour neighbour) => Encode(requests, New, NetlinkFlags.Create | NetlinkFlags.Replace, neighbour);

    public static void Remove(RequestBuffer requests, Neighbour neighbour) => Encode(requests, Delete, NetlinkFlags.None, neighbour);

    public static Neighbour? Decode(ushort type, ReadOnlySpan<byte> body)
    {
        var fixedPart = MessageReader.ReadFixed<NdMsg>(body, out var attributes);
        if (type is not (New or Delete) || fixedPart.Family is not (AddressFamilies.IPv4 or AddressFamilies.IPv6))
            return null; // AF_BRIDGE: a bridge's table of hardware addresses

        IPAddress? address = null;
        PhysicalAddress? hardwareAddress = null;
        while (attributes.Next())
        {
            switch (attributes.Type)
            {
                case Destination: address = attributes.ReadAddress(); break;
                case HardwareAddress: hardwareAddress = new PhysicalAddress(attributes.Value.ToArray()); break;
            }
        }

        return new Neighbour
        {
            Link = fixedPart.Link,
            Address = address ?? throw NetlinkException.Malformed("a neighbour without an address"),
            HardwareAddress = hardwareAddress,
            State = (NeighbourState)fixedPart.State,
            IsProxy = (fixedPart.Flags & Proxy) != 0,
        };
    }

    private static void Encode(RequestBuffer requests, ushort type, NetlinkFlags flags, Neighbour neighbour)
    {
        var message = requests.Begin(type, flags);
        message.Write(new NdMsg
        {
            Family = AddressFamilies.ToKernel(neighbour.Address.AddressFamily),
            Link = neighbour.Link,
            State = (ushort)neighbour.State,
            Flags = neighbour.IsProxy ? Proxy : (byte)0,
        });
        message.Put(Destination, neighbour.Address);
        if (neighbour.HardwareAddress is { } hardwareAddress)
            message.Put(HardwareAddress, hardwareAddress.GetAddressBytes());

        message.End();
    }
}
