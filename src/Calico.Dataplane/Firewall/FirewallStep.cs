namespace Calico.Dataplane.Firewall;

/// <summary>One step of a batch; the kernel takes all steps of a batch at once or none.</summary>
internal abstract record FirewallStep
{
    private FirewallStep()
    {
    }

    /// <summary>The chain or set that it is about; null: the table.</summary>
    public string? Object => this switch
    {
        CreateSet(var set) => set.Name,
        CreateChain(var chain) => chain.Name,
        FlushChain(var name) => name,
        AddRules(var chain) => chain.Name,
        RemoveElements(var set, _) => set.Name,
        AddElements(var set, _) => set.Name,
        DeleteChain(var name) => name,
        DeleteSet(var name) => name,
        _ => null,
    };

    internal sealed record DeleteTable : FirewallStep;

    internal sealed record CreateTable : FirewallStep;

    internal sealed record CreateSet(FirewallSet Set) : FirewallStep;

    /// <summary>Without its rules.</summary>
    internal sealed record CreateChain(FirewallChain Chain) : FirewallStep;

    internal sealed record FlushChain(string Chain) : FirewallStep;

    internal sealed record AddRules(FirewallChain Chain) : FirewallStep;

    internal sealed record RemoveElements(FirewallSet Set, IReadOnlyList<SetElement> Elements) : FirewallStep;

    internal sealed record AddElements(FirewallSet Set, IReadOnlyList<SetElement> Elements) : FirewallStep;

    internal sealed record DeleteChain(string Chain) : FirewallStep;

    internal sealed record DeleteSet(string Set) : FirewallStep;
}
