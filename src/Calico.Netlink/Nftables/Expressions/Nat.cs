using Calico.Netlink.Wire;

namespace Calico.Netlink.Nftables.Expressions;

/// <summary>Translates a flow's source or destination to what registers hold. In a nat chain.</summary>
/// <remarks>NFTA_NAT_TYPE, _FAMILY, _REG_ADDR_MIN, _REG_PROTO_MIN, _FLAGS. Ranges of addresses are not spoken.</remarks>
public sealed record Nat : Expression
{
    internal const string KernelName = "nat";

    private const ushort TypePart = 1, FamilyPart = 2, AddressPart = 3, LastAddressPart = 4, PortPart = 5, LastPortPart = 6, FlagsPart = 7; // NFTA_NAT_*

    /// <summary>Source translation (NFT_NAT_SNAT) or destination translation (NFT_NAT_DNAT).</summary>
    public required bool IsSource { get; init; }

    /// <summary>That of the address: IPv4 or IPv6.</summary>
    public required NftFamily Family { get; init; }

    public Register? Address { get; init; }

    public Register? Port { get; init; }

    public NatFlags Flags { get; init; }

    internal override string Name => KernelName;

    internal override void EncodeBody(NetlinkWriter message)
    {
        message.PutBigEndian(TypePart, IsSource ? 0u : 1u);
        message.PutBigEndian(FamilyPart, (uint)Family);
        if (Address is { } address)
            message.PutBigEndian(AddressPart, address.Number);

        if (Port is { } port)
            message.PutBigEndian(PortPart, port.Number);

        var flags = Port is null ? Flags : Flags | NatFlags.PortsSpecified;
        if (flags != NatFlags.None)
            message.PutBigEndian(FlagsPart, (uint)flags);
    }

    internal static Expression DecodeBody(AttributeReader body)
    {
        var whole = body;
        var nat = new Nat { IsSource = true, Family = default };
        Register? lastAddress = null, lastPort = null;
        var flags = NatFlags.None;
        while (body.Next())
        {
            switch (body.Type)
            {
                case TypePart: nat = nat with { IsSource = body.ReadUInt32BigEndian() == 0 }; break;
                case FamilyPart: nat = nat with { Family = (NftFamily)body.ReadUInt32BigEndian() }; break;
                case AddressPart: nat = nat with { Address = Register.FromNumber(body.ReadUInt32BigEndian()) }; break;
                case LastAddressPart: lastAddress = Register.FromNumber(body.ReadUInt32BigEndian()); break;
                case PortPart: nat = nat with { Port = Register.FromNumber(body.ReadUInt32BigEndian()) }; break;
                case LastPortPart: lastPort = Register.FromNumber(body.ReadUInt32BigEndian()); break;
                case FlagsPart: flags = (NatFlags)body.ReadUInt32BigEndian(); break;
            }
        }

        // Of a single address the kernel says that the last is the first; and it adds to the flags what the registers say already.
        return (lastAddress ?? nat.Address) == nat.Address && (lastPort ?? nat.Port) == nat.Port
            ? nat with { Flags = flags & (NatFlags.Random | NatFlags.Persistent | NatFlags.FullyRandom) }
            : UnknownExpression.DecodeBody(KernelName, whole);
    }
}
