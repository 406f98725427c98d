namespace Calico.Netlink.Wire;

/// <summary>Reads one message of a multicast group; null when it is of no interest.</summary>
internal delegate T? NoticeDecoder<out T>(NetlinkHeader header, ReadOnlySpan<byte> body);
