namespace Calico.Netlink.Nftables.Expressions;

/// <summary>NFT_META_*</summary>
public enum MetaKey : uint
{
    Length = 0,

    /// <summary>NFT_META_PROTOCOL: the EtherType. Two bytes, network order.</summary>
    EtherType = 1,
    Priority = 2,
    Mark = 3,
    InterfaceIn = 4,
    InterfaceOut = 5,
    InterfaceInName = 6,
    InterfaceOutName = 7,
    Trace = 12,

    /// <summary>NFT_META_NFPROTO: the family. One byte.</summary>
    NfProtocol = 15,

    /// <summary>NFT_META_L4PROTO: the transport protocol. One byte.</summary>
    Protocol4 = 16,
    PacketType = 19,
}
