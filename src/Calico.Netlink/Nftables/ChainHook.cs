namespace Calico.Netlink.Nftables;

/// <summary>What makes a chain a base chain: the kernel calls it at a hook.</summary>
/// <param name="Hook">Where.</param>
/// <param name="Priority">When, among the chains at that hook; lower is earlier.</param>
/// <param name="Drops">What becomes of a packet that comes to the end: dropped, or accepted as far as this chain goes.</param>
/// <param name="Kind"><c>filter</c>, <c>nat</c> or <c>route</c>.</param>
public readonly record struct ChainHook(Hook Hook, int Priority, bool Drops = false, string Kind = ChainHook.Filter)
{
    public const string Filter = "filter", Nat = "nat", Route = "route";

    /// <summary>Priorities by the names that nft(8) gives them (NF_IP_PRI_*).</summary>
    public const int RawPriority = -300, ManglePriority = -150, DestinationNatPriority = -100, FilterPriority = 0, SourceNatPriority = 100;
}
