namespace Calico.Netlink.Nftables;

/// <summary>A command of a batch that the kernel refused, and with it the whole batch.</summary>
/// <param name="Command">As in <c>add rule inet calico forward …</c>.</param>
/// <param name="Index">Its place among the batch's commands (<see cref="NftBatch.Count"/>), from 0; null: the batch as a whole.</param>
public sealed record RefusedCommand(string Command, NetlinkException Error, int? Index = null);
