using Calico.Netlink.Wire;

namespace Calico.Netlink.Nftables.Expressions;

/// <summary>Keeps the packet out of connection tracking. In a chain at <see cref="ChainHook.RawPriority"/>.</summary>
public sealed record NoTrack : Expression
{
    internal const string KernelName = "notrack";

    internal override string Name => KernelName;

    internal override void EncodeBody(NetlinkWriter message)
    {
    }
}
