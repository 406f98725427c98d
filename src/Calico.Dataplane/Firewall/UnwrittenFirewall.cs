namespace Calico.Dataplane.Firewall;

/// <summary>Stands where the kernel's nftables will: takes every batch and writes nothing.</summary>
internal sealed class UnwrittenFirewall : IFirewallKernel
{
    public KernelFirewall? Read() => null;

    public string? Apply(IReadOnlyList<FirewallStep> steps) => null;
}
