using Calico.Netlink.Wire;

namespace Calico.Netlink.Nftables.Expressions;

/// <summary>Gives the flow the address of the link it leaves by for its source. In a nat chain at postrouting.</summary>
/// <remarks>NFTA_MASQ_FLAGS.</remarks>
public sealed record Masquerade(NatFlags Flags = NatFlags.None) : Expression
{
    internal const string KernelName = "masq";

    private const ushort FlagsPart = 1; // NFTA_MASQ_FLAGS

    internal override string Name => KernelName;

    internal override void EncodeBody(NetlinkWriter message)
    {
        if (Flags != NatFlags.None)
            message.PutBigEndian(FlagsPart, (uint)Flags);
    }

    internal static Masquerade DecodeBody(AttributeReader body)
    {
        var masquerade = new Masquerade();
        while (body.Next())
        {
            if (body.Type == FlagsPart)
                masquerade = new Masquerade((NatFlags)body.ReadUInt32BigEndian());
        }

        return masquerade;
    }
}

/// <summary>NF_NAT_RANGE_*</summary>
[Flags]
public enum NatFlags : uint
{
    None = 0,

    /// <summary>A port is given (nft's own mark; the kernel sees it by the register).</summary>
    PortsSpecified = 0x2,
    Random = 0x4,

    /// <summary>The same source gets the same address each time.</summary>
    Persistent = 0x8,

    /// <summary>Ports beyond guessing.</summary>
    FullyRandom = 0x10,
}
