namespace Calico.Dataplane.Firewall;

/// <summary>The kernel's side of our one table.</summary>
internal interface IFirewallKernel
{
    /// <summary>Null: there is no such table.</summary>
    KernelFirewall? Read();

    /// <summary>All steps or none.</summary>
    /// <returns>Null, or why the kernel refused.</returns>
    string? Apply(IReadOnlyList<FirewallStep> steps);
}
