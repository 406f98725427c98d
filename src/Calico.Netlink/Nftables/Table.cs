namespace Calico.Netlink.Nftables;

/// <summary>A table by family and name: what holds chains and sets.</summary>
public readonly record struct Table(NftFamily Family, string Name)
{
    public override string ToString() => $"{WordOf(Family)} {Name}";

    private static string WordOf(NftFamily family) => family switch
    {
        NftFamily.IPv4 => "ip",
        NftFamily.IPv6 => "ip6",
        _ => family.ToString().ToLowerInvariant(),
    };
}
