namespace Calico.Netlink.Nftables;

/// <summary>Where in a packet's way a base chain stands (NF_INET_*).</summary>
public enum Hook : uint
{
    Prerouting = 0,
    Input = 1,
    Forward = 2,
    Output = 3,
    Postrouting = 4,
}
