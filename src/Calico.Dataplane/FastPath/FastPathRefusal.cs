using Calico.Netlink;

namespace Calico.Dataplane.FastPath;

/// <summary>Says in words why a host has no fast path, and what its operator can do about it.</summary>
internal static class FastPathRefusal
{
    /// <summary>The first Linux with all that it takes: tcx came last.</summary>
    private static readonly Version _first = new(6, 6);

    /// <param name="failure">What came of the attempt.</param>
    /// <param name="kernel">Which Linux runs.</param>
    public static string Explain(Exception failure, Version kernel) => $"{failure.Message}. Containers work without it; {Remedy(failure, kernel)}";

    private static string Remedy(Exception failure, Version kernel) => failure switch
    {
        PlatformNotSupportedException => "machines of amd64 and arm64 have it",
        _ when kernel < _first => $"Linux {_first} or later has it, this is {kernel}",
        NetlinkException { Errno: Errno.EPERM or Errno.EACCES } => "a node that may use CAP_BPF and CAP_PERFMON, as its unit says, has it",
        NetlinkException { Errno: Errno.ENOENT } => "a kernel that describes its types (CONFIG_DEBUG_INFO_BTF) and has connection tracking (nf_conntrack) loaded has it; it is tried again every so often",
        _ => "it is tried again every so often",
    };
}
