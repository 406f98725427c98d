using System.Collections.Immutable;

namespace Calico.Dataplane.Firewall;

/// <summary>Brings our table in line, remembering what the kernel holds until it must be read again.</summary>
/// <remarks>
/// What the kernel will not take is found by the step that it refused and left out, and what rests on it is closed; all else is applied.
/// </remarks>
/// <param name="kernel">Holds the table.</param>
/// <param name="largestSet">A set of more elements is left out as if the kernel had refused it.</param>
internal sealed class FirewallRound(IFirewallKernel kernel, int largestSet = FirewallRound.LargestSet)
{
    /// <summary>As many as Felix puts into one (MaxIpsetSize).</summary>
    public const int LargestSet = 1 << 20;

    /// <summary>More refused objects than this are no few bad resources: something is wrong with the kernel.</summary>
    private const int MostFaults = 32;

    private KernelFirewall? _actual;
    private FirewallTable? _wanted;
    private bool _isKnown;

    public void Distrust() => _isKnown = false;

    public FirewallOutcome Reconcile(FirewallTable wanted)
    {
        var faults = new Dictionary<string, string>();
        foreach (var set in wanted.Sets.Values.Where(set => set.Elements.Count > largestSet))
            faults[set.Name] = $"it has {set.Elements.Count} elements, and at most {largestSet} are taken: select fewer addresses";

        var isTampered = ReferenceEquals(wanted, _wanted); // what was wanted is as before: any difference is somebody else's doing
        for (var attempt = 0; attempt <= MostFaults; attempt++)
        {
            var desired = Quarantine.Close(wanted, faults.Keys);
            var (changed, refusal) = Bring(desired);
            if (refusal is null)
            {
                _wanted = wanted;
                return new(changed, [.. Quarantine.Describe(wanted, faults).Order(StringComparer.Ordinal)]) { IsTampered = isTampered && changed };
            }

            if (refusal.Object is not { } culprit || !Quarantine.CanClose(wanted, culprit) || !faults.TryAdd(culprit, refusal.Message))
                return new(Changed: true, [$"nftables table {FirewallTable.Name}: {refusal.Message}"]) { IsRefused = true };
        }

        return new(Changed: true, [$"nftables table {FirewallTable.Name}: the kernel refuses more than {MostFaults} objects, the first: {faults.First()}"]) { IsRefused = true };
    }

    private (bool Changed, FirewallRefusal? Refusal) Bring(FirewallTable desired)
    {
        var actual = _isKnown ? _actual : kernel.Read();
        _isKnown = false; // trusted again only when the batch is in

        var steps = FirewallPlan.Between(actual, desired);
        // What was remembered or half-read may have been wrong; the whole table in one step does not depend on it.
        if (steps.Count > 0 && kernel.Apply(steps) is not null && kernel.Apply([new FirewallStep.CreateTable(), .. FirewallPlan.Anew(desired)]) is { } refusal)
            return (true, refusal);

        _actual = new(desired);
        _isKnown = true;
        return (steps.Count > 0, null);
    }
}

/// <param name="Changed">The kernel had to be written to.</param>
/// <param name="Problems">What is not as wanted, in words.</param>
internal sealed record FirewallOutcome(bool Changed, ImmutableArray<string> Problems)
{
    /// <summary>Nothing of what was wanted anew is in the kernel.</summary>
    public bool IsRefused { get; init; }

    /// <summary>Somebody else had changed the table.</summary>
    public bool IsTampered { get; init; }
}
