namespace Calico.Dataplane.Firewall;

/// <summary>One step of a batch; the kernel takes all steps of a batch at once or none.</summary>
internal abstract record FirewallStep
{
    private FirewallStep()
    {
    }

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
