namespace Calico.Netlink.Bpf;

/// <summary>A function of the kernel's that programs may call.</summary>
/// <param name="Name">As the kernel's source has it.</param>
/// <param name="TypeId">The number of its type.</param>
/// <param name="Module">The module whose types name it; null: the kernel proper.</param>
public sealed record KernelFunction(string Name, int TypeId, string? Module);
