namespace Calico.Netlink.Bpf;

/// <summary>A place in a program that jumps may name before it is reached.</summary>
public sealed class BpfLabel
{
    /// <summary>Index of the instruction it stands before; -1 until <see cref="BpfAssembler.Mark"/>.</summary>
    internal int Place { get; set; } = -1;
}
