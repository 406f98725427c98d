namespace Calico.Netlink.Nftables;

/// <summary>Many keys of a plain set, without an object for each.</summary>
/// <param name="Count">How many.</param>
/// <param name="Length">Bytes of each.</param>
/// <param name="Write">Writes the bytes of one, by its place.</param>
public sealed record Keys(int Count, int Length, KeyWriter Write);

/// <param name="index">Which key.</param>
/// <param name="room">As long as a key.</param>
public delegate void KeyWriter(int index, Span<byte> room);
