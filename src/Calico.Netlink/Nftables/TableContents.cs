namespace Calico.Netlink.Nftables;

/// <summary>All of a table at one moment: what a restarted node compares with what it wants.</summary>
/// <param name="Generation">The ruleset's generation it belongs to.</param>
public sealed record TableContents(Table Table, uint Generation)
{
    public required IReadOnlyList<Chain> Chains { get; init; }

    /// <summary>By chain, in the order they are worked off.</summary>
    public required ILookup<string, Rule> Rules { get; init; }

    public required IReadOnlyList<Set> Sets { get; init; }

    /// <summary>By set.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyList<Element>> Elements { get; init; }
}
