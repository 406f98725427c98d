using System.Buffers.Binary;
using Calico.Bgp.Messages;
using Calico.Bgp.Session;
using Calico.Bgp.Values;

namespace Calico.Bgp.Peers;

/// <summary>What a peer's configuration makes of its session: pure.</summary>
internal static class PeerTerms
{
    /// <param name="isRestarting">We have restarted and not yet heard all (RFC 4724 §3).</param>
    /// <param name="isPreserved">What we forwarded by is still there (RFC 4724 §3, F bit).</param>
    public static SessionTerms Make(PeerConfiguration peer, SpeakerConfiguration speaker, TimeSpan restartTime, bool isRestarting, bool isPreserved)
    {
        var localAs = peer.LocalAs ?? speaker.LocalAs;
        var capabilities = new List<Capability>(peer.Families.Select(family => new Capability.Multiprotocol(family)))
        {
            new Capability.RouteRefresh(),
            new Capability.EnhancedRefresh(),
            new Capability.ExtendedMessage(),
            new Capability.FourOctetAs(localAs),
        };
        if (peer.Role is { } role && peer.As != localAs)
            capabilities.Add(new Capability.Role(role));
        if (peer.Families.Contains(Family.IPv4Unicast))
            capabilities.Add(new Capability.ExtendedNextHop([ExtendedNextHopFamily.IPv4ByIPv6]));
        if (peer.AddPath != AddPathMode.None)
            capabilities.Add(new Capability.AddPath(peer.Families.Select(family => new AddPathFamily(family, (byte)peer.AddPath)).ToValueArray()));
        capabilities.AddRange(Restart(peer, peer.RestartTime ?? restartTime, isRestarting, isPreserved));

        var open = new OpenMessage(localAs, (ushort)peer.HoldTime.TotalSeconds, speaker.RouterId, capabilities.ToValueArray());
        return new(open, peer.As, peer.Passive, peer.ConnectRetry) { StrictRole = peer.StrictRole && peer.As != localAs, KeepaliveTime = peer.KeepaliveTime };
    }

    /// <summary>Ours as a reflector, as CLUSTER_LIST has it (RFC 4456 §8).</summary>
    public static uint ClusterId(SpeakerConfiguration speaker) =>
        BinaryPrimitives.ReadUInt32BigEndian((speaker.ClusterId ?? speaker.RouterId).GetAddressBytes());

    private static IEnumerable<Capability> Restart(PeerConfiguration peer, TimeSpan restartTime, bool isRestarting, bool isPreserved)
    {
        if (peer.GracefulRestart == GracefulRestartMode.Off)
            yield break;

        // RFC 4724 §4: without families it says that we help, and send End-of-RIB.
        var families = peer.GracefulRestart == GracefulRestartMode.Full ? peer.Families : ValueArray<Family>.Empty;
        yield return new Capability.GracefulRestart(isRestarting, restartTime, families.Select(family => new PreservedFamily(family, isPreserved)).ToValueArray())
        {
            Notification = peer.NotificationRestart,
        };
        if (peer.LongLivedStaleTime is { } staleTime)
            yield return new Capability.LongLived(peer.Families.Select(family => new LongLivedFamily(family, isPreserved, staleTime)).ToValueArray());
    }
}
