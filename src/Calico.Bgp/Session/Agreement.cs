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

    /// <summary>RFC 7313: answers to a route refresh are marked.</summary>
    public bool EnhancedRefresh { get; init; }

    /// <summary>RFC 8654.</summary>
    public bool ExtendedMessages { get; init; }

    /// <summary>RFC 8538: a NOTIFICATION ends the session only, not the routes.</summary>
    public bool NotificationKeepsRoutes { get; init; }

    /// <summary>RFC 9494: how long after the restart time the peer's routes may be kept; empty if either side does not do so.</summary>
    public ValueArray<LongLivedFamily> LongLived { get; init; } = [];

    /// <summary>RFC 8950: IPv4 routes may have IPv6 next hops.</summary>
    public bool ExtendedNextHop { get; init; }

    /// <summary>RFC 7911: the families of which the peer tells us several paths, and we the peer.</summary>
    public FamilySet AddPathIn { get; init; }

    public FamilySet AddPathOut { get; init; }

    public CodecOptions Codec => new(FourOctetAs, IsInternal, PeerAs, Families.Contains(Family.IPv4Unicast), Families.Contains(Family.IPv6Unicast))
    {
        AddPathIn = AddPathIn,
        AddPathOut = AddPathOut,
        IsExtended = ExtendedMessages,
        ExtendedNextHop = ExtendedNextHop,
    };

    /// <summary>RFC 9494 §4.3: only such a peer is told of routes that are kept as a last resort.</summary>
    public bool PeerKnowsLongLived { get; init; }

    /// <summary>RFC 4271 §4.4: a third of the hold time.</summary>
    public TimeSpan KeepaliveTime => HoldTime / 3;

    public static Agreement Between(OpenMessage local, OpenMessage peer) => new(
        peer.As,
        peer.Identifier,
        TimeSpan.FromSeconds(Math.Min(local.HoldTime, peer.HoldTime)),
        FamiliesOf(local).Intersect(FamiliesOf(peer)).ToValueArray(),
        local.Has<Capability.GracefulRestart>() ? peer.Find<Capability.GracefulRestart>() : null)
    {
        FourOctetAs = local.Has<Capability.FourOctetAs>() && peer.Has<Capability.FourOctetAs>(),
        IsInternal = local.As == peer.As,
        ExtendedNextHop = HasExtendedNextHop(local) && HasExtendedNextHop(peer),
        AddPathIn = FamiliesOf(local, AddPathMode.Receive).Intersect(FamiliesOf(peer, AddPathMode.Send)).ToSet(),
        AddPathOut = FamiliesOf(local, AddPathMode.Send).Intersect(FamiliesOf(peer, AddPathMode.Receive)).ToSet(),
        EnhancedRefresh = local.Has<Capability.EnhancedRefresh>() && peer.Has<Capability.EnhancedRefresh>(),
        ExtendedMessages = local.Has<Capability.ExtendedMessage>() && peer.Has<Capability.ExtendedMessage>(),
        NotificationKeepsRoutes = local.Find<Capability.GracefulRestart>() is { Notification: true } && peer.Find<Capability.GracefulRestart>() is { Notification: true },
        PeerKnowsLongLived = peer.Has<Capability.LongLived>(),
        LongLived = local.Has<Capability.LongLived>() && peer.Has<Capability.GracefulRestart>() ? peer.Find<Capability.LongLived>()?.Families ?? [] : [],
    };

    /// <summary>For operators.</summary>
    public IEnumerable<string> Describe()
    {
        foreach (var family in Families)
            yield return $"{family}";
        if (!FourOctetAs)
            yield return "two-octet AS only";
        if (EnhancedRefresh)
            yield return "enhanced route refresh";
        if (ExtendedMessages)
            yield return "extended messages";
        if (PeerRestart is { } restart)
            yield return $"graceful restart {restart.RestartTime.TotalSeconds:0} s";
        if (AddPathIn != FamilySet.None || AddPathOut != FamilySet.None)
            yield return "add-path";
        if (NotificationKeepsRoutes)
            yield return "routes outlast notifications";
        if (LongLived.Count > 0)
            yield return "long-lived graceful restart";
    }

    private static bool HasExtendedNextHop(OpenMessage open) =>
        open.Capabilities.OfType<Capability.ExtendedNextHop>().Any(capability => capability.Families.Contains(ExtendedNextHopFamily.IPv4ByIPv6));

    private static IEnumerable<Family> FamiliesOf(OpenMessage open, AddPathMode mode) =>
        open.Capabilities.OfType<Capability.AddPath>().SelectMany(capability => capability.Families).Where(family => (family.Can & mode) != AddPathMode.None).Select(family => family.Family);

    /// <summary>RFC 4760 §8: who says nothing of families carries IPv4 unicast.</summary>
    private static IEnumerable<Family> FamiliesOf(OpenMessage open) =>
        open.Has<Capability.Multiprotocol>()
            ? open.Capabilities.OfType<Capability.Multiprotocol>().Select(capability => capability.Family)
            : [Family.IPv4Unicast];
}
