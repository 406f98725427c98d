using Calico.Netlink.Wire;

namespace Calico.Netlink.Nftables.Expressions;

/// <summary>Gives the packet to a local socket that listens for it transparently, its addresses left as they are; goes on with the next expression if one does.</summary>
/// <remarks>
/// NFTA_TPROXY_FAMILY, _REG_ADDR, _REG_PORT. In a filter chain at prerouting, behind matches of family and of TCP or UDP. Where no socket
/// listens, the rule ends there as if it had not matched. The packet still needs a route that delivers it locally.
/// </remarks>
/// <param name="Family">IPv4 or IPv6.</param>
/// <param name="Address">The register with the listening socket's address.</param>
/// <param name="Port">The register with its port.</param>
public sealed record TransparentProxy(NftFamily Family, Register Address, Register Port) : Expression
{
    internal const string KernelName = "tproxy";

    private const ushort FamilyPart = 1, AddressPart = 2, PortPart = 3; // NFTA_TPROXY_*

    internal override string Name => KernelName;

    internal override void EncodeBody(NetlinkWriter message)
    {
        message.PutBigEndian(FamilyPart, (uint)Family);
        message.PutBigEndian(AddressPart, Address.Number);
        message.PutBigEndian(PortPart, Port.Number);
    }

    internal static TransparentProxy DecodeBody(AttributeReader body)
    {
        var proxy = new TransparentProxy(default, default, default);
        while (body.Next())
        {
            proxy = body.Type switch
            {
                FamilyPart => proxy with { Family = (NftFamily)body.ReadUInt32BigEndian() },
                AddressPart => proxy with { Address = Register.FromNumber(body.ReadUInt32BigEndian()) },
                PortPart => proxy with { Port = Register.FromNumber(body.ReadUInt32BigEndian()) },
                _ => proxy,
            };
        }

        return proxy;
    }
}
