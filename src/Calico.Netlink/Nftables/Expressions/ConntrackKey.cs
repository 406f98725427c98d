namespace Calico.Netlink.Nftables.Expressions;

/// <summary>NFT_CT_*</summary>
public enum ConntrackKey : uint
{
    State = 0,
    Direction = 1,

    /// <summary>IPS_* bits: whether it is confirmed, has been answered, is translated.</summary>
    Status = 2,
    Mark = 3,
    Expiration = 5,
    Zone = 17,
    Id = 23,
}
