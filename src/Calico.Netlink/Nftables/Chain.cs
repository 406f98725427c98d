namespace Calico.Netlink.Nftables;

/// <summary>A chain: rules in order, called by the kernel where it has a hook, by other chains where not.</summary>
public sealed record Chain
{
    public required Table Table { get; init; }

    public required string Name { get; init; }

    /// <summary>Null for a chain that is only jumped to.</summary>
    public ChainHook? Hook { get; init; }

    /// <summary>At most 253 bytes; shown by nft.</summary>
    public string? Comment { get; init; }

    public static Chain Regular(Table table, string name) => new() { Table = table, Name = name };

    public static Chain At(Table table, string name, ChainHook hook) => new() { Table = table, Name = name, Hook = hook };

    public override string ToString() => $"{Table} {Name}";
}
