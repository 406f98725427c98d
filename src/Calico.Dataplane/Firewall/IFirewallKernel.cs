namespace Calico.Dataplane.Firewall;

/// <summary>The kernel's side of our one table.</summary>
internal interface IFirewallKernel
{
    /// <summary>Null: there is no such table.</summary>
    KernelFirewall? Read();

    /// <summary>All steps or none.</summary>
    /// <returns>Null, or why the kernel refused.</returns>
    FirewallRefusal? Apply(IReadOnlyList<FirewallStep> steps);
}

/// <param name="Message">What the kernel said.</param>
/// <param name="Object">The chain or set of the step that it refused; null if it did not say which.</param>
internal sealed record FirewallRefusal(string Message, string? Object);
