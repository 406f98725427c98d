using System.Net;
using System.Runtime.InteropServices;
using Calico.Netlink.Wire;

namespace Calico.Netlink.Routing;

/// <summary>RTM_NEWADDR and its kin.</summary>
/// <remarks>struct ifaddrmsg: family, prefix length, flags, scope, link index (4); then IFA_* attributes.</remarks>
internal static class AddressMessage
{
    public const ushort New = 20, Delete = 21, Get = 22; // RTM_*ADDR

    private const ushort Address = 1, Local = 2, Flags = 8; // IFA_*
    private const uint NoDuplicateDetection = 0x02, Tentative = 0x40; // IFA_F_*

    [StructLayout(LayoutKind.Sequential)]
    internal readonly record struct IfAddress(byte Family, byte PrefixLength, byte Flags, byte Scope, int Index);

    public static void List(RequestBuffer requests, int? link)
    {
        var message = requests.Begin(Get, NetlinkFlags.Dump);
        message.Write(new IfAddress { Index = link ?? 0 });
        message.End();
    }

    public static void Add(RequestBuffer requests, LinkAddress address) => Encode(requests, New, NetlinkFlags.Create | NetlinkFlags.Exclusive, address);

    public static void Remove(RequestBuffer requests, LinkAddress address) => Encode(requests, Delete, NetlinkFlags.None, address);

    public static LinkAddress? Decode(ushort type, ReadOnlySpan<byte> body)
    {
        var fixedPart = MessageReader.ReadFixed<IfAddress>(body, out var attributes);
        if (type is not (New or Delete))
            return null;

        IPAddress? address = null, local = null;
        uint flags = fixedPart.Flags;
        while (attributes.Next())
        {
            switch (attributes.Type)
            {
                case Address: address = attributes.ReadAddress(); break;
                case Local: local = attributes.ReadAddress(); break;
                case Flags: flags = attributes.ReadUInt32(); break;
            }
        }

        // On a point-to-point link IFA_ADDRESS is the other side's; IFA_LOCAL, where there is one, is always this side's.
        return new LinkAddress
        {
            Link = fixedPart.Index,
            Address = local ?? address ?? throw NetlinkException.Malformed("an address message without an address"),
            PrefixLength = fixedPart.PrefixLength,
            Scope = (RouteScope)fixedPart.Scope,
            SkipDuplicateDetection = (flags & NoDuplicateDetection) != 0,
            IsTentative = (flags & Tentative) != 0,
        };
    }

    private static void Encode(RequestBuffer requests, ushort type, NetlinkFlags flags, LinkAddress address)
    {
        var message = requests.Begin(type, flags);
        var family = AddressFamilies.ToKernel(address.Address.AddressFamily);
        message.Write(new IfAddress(family, (byte)address.PrefixLength, 0, (byte)address.Scope, address.Link));
        message.Put(Local, address.Address);
        message.Put(Address, address.Address);
        if (address.SkipDuplicateDetection)
            message.Put(Flags, NoDuplicateDetection);

        message.End();
    }
}
