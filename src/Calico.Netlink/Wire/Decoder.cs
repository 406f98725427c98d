namespace Calico.Netlink.Wire;

/// <summary>Reads one message without its header; <paramref name="type"/> is its nlmsg_type.</summary>
internal delegate T Decoder<out T>(ushort type, ReadOnlySpan<byte> body);
