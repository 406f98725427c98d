namespace Calico.Dataplane.Firewall;

/// <summary>A table without what the kernel will not take: what rests on that is closed.</summary>
internal static class Quarantine
{
    /// <summary>Base chains and the maps that they dispatch by are no part of any policy; without them there is no table.</summary>
    public static bool CanClose(FirewallTable table, string name) => table.Sets.ContainsKey(name)
        ? !table.Chains.Values.Any(chain => chain.Hook is not null && chain.Rules.Any(rule => rule.Sets.Contains(name)))
        : table.Chains.TryGetValue(name, out var chain) && chain.Hook is null;

    /// <param name="table">As wanted.</param>
    /// <param name="bad">Names of chains and sets to do without.</param>
    public static FirewallTable Close(FirewallTable table, IReadOnlyCollection<string> bad)
    {
        if (bad.Count == 0)
            return table;

        var chains = new Dictionary<string, FirewallChain>(table.Chains);
        foreach (var chain in Closed(table, bad))
            chains[chain.Name] = chain with { Rules = [new(new Verdict.Drop(), [], "the kernel would not take it", IsCounted: true)] };

        var closed = table with { Chains = chains, Sets = Without(table.Sets, bad) };
        return closed with { Sets = Without(closed.Sets, Orphans(closed)) };
    }

    public static IEnumerable<string> Describe(FirewallTable table, IReadOnlyDictionary<string, string> faults) =>
        from fault in faults
        let closed = string.Join(", ", Closed(table, [fault.Key]).Select(chain => chain.Name).Order(StringComparer.Ordinal))
        select $"nftables {(table.Sets.ContainsKey(fault.Key) ? "set" : "chain")} {fault.Key} is left out: {fault.Value}; closed for it: {closed}";

    private static IEnumerable<FirewallChain> Closed(FirewallTable table, IReadOnlyCollection<string> bad) => table.Chains.Values
        .Where(chain => chain.Hook is null && (bad.Contains(chain.Name) || chain.Rules.Any(rule => rule.Sets.Any(bad.Contains))));

    private static Dictionary<string, FirewallSet> Without(IReadOnlyDictionary<string, FirewallSet> sets, IEnumerable<string> names)
    {
        var left = new Dictionary<string, FirewallSet>(sets);
        foreach (var name in names)
            left.Remove(name);
        return left;
    }

    /// <summary>Maps that only a closed chain looked into; what they lead to stays, unreached.</summary>
    private static List<string> Orphans(FirewallTable table)
    {
        var used = table.Chains.Values.SelectMany(chain => chain.Rules).SelectMany(rule => rule.Sets).ToHashSet(StringComparer.Ordinal);
        return [.. table.Sets.Keys.Where(name => !used.Contains(name))];
    }
}
