namespace Calico.Dataplane.Firewall;

/// <summary>Brings our table in line, remembering what the kernel holds until it must be read again.</summary>
internal sealed class FirewallRound(IFirewallKernel kernel)
{
    private KernelFirewall? _actual;
    private bool _isKnown;

    public void Distrust() => _isKnown = false;

    /// <returns>Whether the kernel had to be written to, and why it would not be.</returns>
    public (bool Changed, string? Problem) Reconcile(FirewallTable desired)
    {
        var actual = _isKnown ? _actual : kernel.Read();
        _isKnown = false; // trusted again only when the batch is in

        var steps = FirewallPlan.Between(actual, desired);
        if (steps.Count > 0 && kernel.Apply(steps) is { } refusal)
        {
            // What was remembered or half-read may have been wrong; the whole table in one step does not depend on it.
            if (kernel.Apply([new FirewallStep.CreateTable(), .. FirewallPlan.Anew(desired)]) is not null)
                return (true, $"nftables table {FirewallTable.Name}: {refusal}");
        }

        _actual = new(desired.Chains.Values.ToDictionary(chain => chain.Name, KernelChain.Of), desired.Sets.ToDictionary());
        _isKnown = true;
        return (steps.Count > 0, null);
    }
}
