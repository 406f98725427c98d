namespace Calico.Bgp;

/// <summary>Bidirectional forwarding detection with a peer (RFC 5880): its end is noticed within <see cref="Interval"/> times <see cref="Multiplier"/>.</summary>
/// <param name="Interval">How often each side says that it is there; 10 ms to 60 s.</param>
/// <param name="Multiplier">So many in a row may be missed.</param>
public sealed record BfdSettings(TimeSpan Interval, byte Multiplier)
{
    public static BfdSettings Default { get; } = new(TimeSpan.FromMilliseconds(300), 3);

    /// <summary>The peer is not on the link: port 4784, and packets from any distance (RFC 5883); else port 3784 and from the link only (RFC 5881).</summary>
    public bool Multihop { get; init; }
}
