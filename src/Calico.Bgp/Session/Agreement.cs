using System.Net;
using Calico.Bgp.Messages;
using Calico.Bgp.Values;

namespace Calico.Bgp.Session;

/// <summary>What two OPENs come to.</summary>
/// <param name="PeerRestart">What the peer said of graceful restart, null if nothing.</param>
internal sealed record Agreement(
    uint PeerAs, IPAddress PeerIdentifier, TimeSpan HoldTime, ValueArray<Family> Families, Capability.GracefulRestart? PeerRestart)
{
    public bool FourOctetAs { get; init; }

    public bool IsInternal { get; init; }

    public CodecOptions Codec =>
        new(FourOctetAs, IsInternal, PeerAs, Families.Contains(Family.IPv4Unicast), Families.Contains(Family.IPv6Unicast));

    /// <summary>RFC 4271 §4.4: a third of the hold time.</summary>
    public TimeSpan KeepaliveTime => HoldTime / 3;

    public static Agreement Between(OpenMessage local, OpenMessage peer) => new(
        peer.As,
        peer.Identifier,
        TimeSpan.FromSeconds(Math.Min(local.HoldTime, peer.HoldTime)),
        FamiliesOf(local).Intersect(FamiliesOf(peer)).ToValueArray(),
        peer.Capabilities.OfType<Capability.GracefulRestart>().FirstOrDefault())
    {
        FourOctetAs = local.Has<Capability.FourOctetAs>() && peer.Has<Capability.FourOctetAs>(),
        IsInternal = local.As == peer.As,
    };

    /// <summary>RFC 4760 §8: who says nothing of families carries IPv4 unicast.</summary>
    private static IEnumerable<Family> FamiliesOf(OpenMessage open) =>
        open.Has<Capability.Multiprotocol>()
            ? open.Capabilities.OfType<Capability.Multiprotocol>().Select(capability => capability.Family)
            : [Family.IPv4Unicast];
}
