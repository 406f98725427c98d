namespace Calico.Bgp.Values;

/// <summary>Some of the families that this speaker carries.</summary>
[Flags]
internal enum FamilySet : byte
{
    None = 0,
    IPv4 = 1,
    IPv6 = 2,
}

internal static class FamilySets
{
    public static bool Has(this FamilySet set, bool isIPv6) => (set & (isIPv6 ? FamilySet.IPv6 : FamilySet.IPv4)) != FamilySet.None;

    public static FamilySet ToSet(this IEnumerable<Family> families) =>
        families.Aggregate(FamilySet.None, (set, family) =>
            set | (family == Family.IPv4Unicast ? FamilySet.IPv4 : family == Family.IPv6Unicast ? FamilySet.IPv6 : FamilySet.None));
}
