namespace Calico.Dataplane.Firewall;

/// <summary>The steps from what the kernel holds to what it is to hold.</summary>
/// <remarks>
/// Sets and chains first, then what refers to them, then what nothing refers to any more goes. A chain whose rules differ is filled anew;
/// a set changes by its elements alone.
/// </remarks>
internal static class FirewallPlan
{
    /// <param name="actual">Null: there is no such table.</param>
    /// <param name="desired">All of it.</param>
    public static List<FirewallStep> Between(KernelFirewall? actual, FirewallTable desired)
    {
        if (actual is null)
            return [new FirewallStep.CreateTable(), .. All(desired)];

        var (chains, sets) = (actual.Others(desired), actual.OtherSets(desired));
        return IsBeyondRepair(actual, chains, sets) ? Anew(desired) : Changes(actual, desired, chains, sets);
    }

    /// <summary>Replaces the whole table in one batch; between the old and the new no packet passes unjudged.</summary>
    public static List<FirewallStep> Anew(FirewallTable desired) => [new FirewallStep.DeleteTable(), new FirewallStep.CreateTable(), .. All(desired)];

    private static List<FirewallStep> All(FirewallTable desired) => Changes(new(FirewallTable.Empty), desired, [.. desired.Chains.Values], [.. desired.Sets.Values]);

    /// <summary>A chain cannot change its hook, nor a set its kind. Ours never do; only an outsider can have made such a thing.</summary>
    private static bool IsBeyondRepair(KernelFirewall actual, List<FirewallChain> chains, List<FirewallSet> sets) =>
        chains.Exists(wanted => actual.Chain(wanted.Name) is { } there && wanted.Hook != there.Hook)
        || sets.Exists(wanted => actual.Sets.TryGetValue(wanted.Name, out var there) && !wanted.HasSameShape(there));

    /// <param name="actual">What there is.</param>
    /// <param name="desired">All of it.</param>
    /// <param name="chains">Those of it that may be other than there.</param>
    /// <param name="sets">Those of it that may be other than there.</param>
    private static List<FirewallStep> Changes(KernelFirewall actual, FirewallTable desired, List<FirewallChain> chains, List<FirewallSet> sets)
    {
        var steps = new List<FirewallStep>();
        steps.AddRange(sets.Where(set => !actual.Sets.ContainsKey(set.Name)).Select(set => new FirewallStep.CreateSet(set)));
        steps.AddRange(chains.Where(chain => actual.Chain(chain.Name) is null).Select(chain => new FirewallStep.CreateChain(chain)));

        var elements = sets.ConvertAll(set => (Set: set, Changes: ElementChanges(actual.Sets.GetValueOrDefault(set.Name), set)));
        var staleSets = actual.Sets.Values.Where(set => !desired.Sets.ContainsKey(set.Name)).ToList();
        steps.AddRange(elements
            .Select(change => (change.Set, Elements: change.Changes.Remove))
            .Concat(staleSets.Select(set => (Set: set, Elements: set.Elements.ToList())))
            .Where(change => change.Elements.Count > 0)
            .Select(change => new FirewallStep.RemoveElements(change.Set, change.Elements)));

        var staleChains = actual.HasAllOf(desired.Chains) ? [] : actual.ChainNames.Where(name => !desired.Chains.ContainsKey(name)).ToList();
        var changed = chains.Where(chain => !HasRules(actual.Chain(chain.Name), chain)).ToList();
        steps.AddRange(changed.Select(chain => chain.Name).Where(name => actual.Chain(name) is not null).Concat(staleChains).Select(name => new FirewallStep.FlushChain(name)));
        steps.AddRange(changed.Where(chain => chain.Rules.Count > 0).Select(chain => new FirewallStep.AddRules(chain)));
        steps.AddRange(elements
            .Where(change => change.Changes.Add.Count > 0)
            .Select(change => new FirewallStep.AddElements(change.Set, change.Changes.Add)));

        steps.AddRange(staleChains.Select(name => new FirewallStep.DeleteChain(name)));
        steps.AddRange(staleSets.Select(set => new FirewallStep.DeleteSet(set.Name)));
        return steps;
    }

    private static bool HasRules(KernelChain? actual, FirewallChain wanted) =>
        actual?.HasRulesOf(wanted) ?? wanted.Rules.Count == 0;

    private static (List<SetElement> Remove, List<SetElement> Add) ElementChanges(FirewallSet? actual, FirewallSet wanted)
    {
        if (ReferenceEquals(actual?.Elements, wanted.Elements))
            return ([], []);
        if (actual is not null && wanted.Change is { } change && ReferenceEquals(actual.Elements, change.From))
            return (change.Remove, change.Add);
        return actual is null
            ? ([], [.. wanted.Elements])
            : ([.. actual.Elements.Where(element => !wanted.Elements.Contains(element))],
                [.. wanted.Elements.Where(element => !actual.Elements.Contains(element))]);
    }
}
