using System.Runtime.InteropServices;

namespace Calico.Netlink.Wire;

/// <summary>struct nlmsghdr: the head of every message; host byte order.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct NetlinkHeader(uint Length, ushort Type, NetlinkFlags Flags, uint Sequence, uint PortId)
{
    public const int Size = 16;

    // NLMSG_NOOP, NLMSG_ERROR, NLMSG_DONE
    public const ushort Noop = 1, Error = 2, Done = 3;

    /// <summary>Everything in netlink starts on a four-byte boundary (NLMSG_ALIGN, NLA_ALIGN).</summary>
    public static int Align(int length) => (length + 3) & ~3;
}

/// <summary>NLM_F_*; what 0x100 and up mean depends on the direction and the verb.</summary>
[Flags]
internal enum NetlinkFlags : ushort
{
    None = 0,
    Request = 0x1,
    Multi = 0x2,
    Ack = 0x4,
    Echo = 0x8,
    DumpInterrupted = 0x10,

    Root = 0x100,
    Match = 0x200,
    Dump = Root | Match,

    Replace = 0x100,
    Exclusive = 0x200,
    Create = 0x400,
    Append = 0x800,

    /// <summary>Of an NLMSG_ERROR: the request is not echoed in full (NLM_F_CAPPED).</summary>
    Capped = 0x100,

    /// <summary>Of an NLMSG_ERROR: attributes explain it (NLM_F_ACK_TLVS).</summary>
    Explained = 0x200,
}
