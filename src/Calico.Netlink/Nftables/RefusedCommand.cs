namespace Calico.Netlink.Nftables;

/// <summary>A command of a batch that the kernel refused, and with it the whole batch.</summary>
/// <param name="Command">As in <c>add rule inet calico forward …</c>.</param>
public sealed record RefusedCommand(string Command, NetlinkException Error);
