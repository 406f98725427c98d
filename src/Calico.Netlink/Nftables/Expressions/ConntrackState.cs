namespace Calico.Netlink.Nftables.Expressions;

/// <summary>A flow's state as nftables has it (NF_CT_STATE_BIT): exactly one bit a packet.</summary>
[Flags]
public enum ConntrackState : uint
{
    None = 0,
    Invalid = 1,
    Established = 2,
    Related = 4,
    New = 8,
    Untracked = 64,
}
