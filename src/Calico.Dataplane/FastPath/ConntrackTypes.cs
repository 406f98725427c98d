using Calico.Netlink.Bpf;

namespace Calico.Dataplane.FastPath;

/// <summary>What the program must know of the running kernel's connection tracking.</summary>
/// <param name="LookUp">bpf_skb_ct_lookup: the connection of a tuple, held.</param>
/// <param name="Release">bpf_ct_release: lets go of it.</param>
/// <param name="ChangeTimeout">bpf_ct_change_timeout: it lives so many milliseconds from now.</param>
/// <param name="Status">Where struct nf_conn has its IPS_… bits.</param>
/// <param name="TcpState">Where it has TCP's state (enum tcp_conntrack), one octet.</param>
internal sealed record ConntrackTypes(KernelFunction LookUp, KernelFunction Release, KernelFunction ChangeTimeout, int Status, int TcpState)
{
    private const string Module = "nf_conntrack";

    /// <exception cref="Calico.Netlink.NetlinkException">The kernel is too old for it (before 6.0), or built without.</exception>
    public static ConntrackTypes Read()
    {
        using var types = KernelTypes.Read(Module);
        return new(
            types.Function("bpf_skb_ct_lookup"),
            types.Function("bpf_ct_release"),
            types.Function("bpf_ct_change_timeout"),
            types.OffsetOf("nf_conn", "status"),
            types.OffsetOf("nf_conn", "proto", "tcp", "state"));
    }

    /// <summary>The modules whose functions these are, to be held open by the program's loader.</summary>
    public IReadOnlyList<KernelModuleTypes> OpenModules() => LookUp.Module is { } module ? [KernelModuleTypes.Open(module)] : [];
}
