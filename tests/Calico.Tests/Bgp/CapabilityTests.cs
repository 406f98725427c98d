using System.Net;
using Calico.Bgp;
using Calico.Bgp.Messages;
using Calico.Bgp.Session;
using Calico.Bgp.Values;
using static Calico.Bgp.Session.SessionAction;
using static Calico.Bgp.Session.SessionEvent;

namespace Calico.Tests.Bgp;

/// <summary>Capabilities beyond the basic ones: their octets, and what they make of a session.</summary>
public sealed class CapabilityTests
{
    private static readonly Capability Graceful =
        new Capability.GracefulRestart(false, TimeSpan.FromSeconds(120), [new(Family.IPv4Unicast, true)]) { Notification = true };

    private static readonly OpenMessage Ours = OpenOf("10.0.0.5", Graceful);

    private static readonly OpenMessage Theirs = OpenOf("10.0.0.1", Graceful);

    private static readonly NotificationMessage HoldTimerExpired = NotificationMessage.HoldTimerExpired;

    public static TheoryData<string, string> Encoded => new()
    {
        { "06 00", nameof(Capability.ExtendedMessage) },
        { "09 01 03", nameof(Capability.Role) },
        { "46 00", nameof(Capability.EnhancedRefresh) },
        { "40 06 4078 0001 01 80", nameof(Capability.GracefulRestart) },
        { "47 07 0002 01 80 015180", nameof(Capability.LongLived) },
    };

    [Theory]
    [MemberData(nameof(Encoded))]
    public void Each_capability_reads_and_writes_its_octets(string hex, string name)
    {
        var value = name switch
        {
            nameof(Capability.ExtendedMessage) => (Capability)new Capability.ExtendedMessage(),
            nameof(Capability.Role) => new Capability.Role(BgpRole.Customer),
            nameof(Capability.EnhancedRefresh) => new Capability.EnhancedRefresh(),
            nameof(Capability.LongLived) => new Capability.LongLived([new(Family.IPv6Unicast, true, TimeSpan.FromDays(1))]),
            _ => Graceful,
        };
        var octets = Hex.Bytes(hex);
        var writer = new BgpWriter(new byte[64]);
        value.Encode(ref writer);

        Assert.Equal(value, Capability.Decode(octets[0], octets.AsSpan(2)));
        Assert.Equal(octets, writer.Written.ToArray());
    }

    [Theory]
    [InlineData(6, "00")]
    [InlineData(9, "")]
    [InlineData(9, "0304")]
    [InlineData(70, "01")]
    [InlineData(71, "000101800001")]
    public void A_capability_of_a_length_that_it_cannot_have_ends_the_session(byte code, string value)
    {
        var fault = Assert.Throws<BgpProtocolException>(() => Capability.Decode(code, Convert.FromHexString(value)));

        Assert.Equal((ErrorCode.Open, (byte)OpenError.Unspecific), (fault.Answer.Code, fault.Answer.Subcode));
    }

    [Fact]
    public void A_long_message_is_one_only_where_both_sides_have_offered_it()
    {
        var header = Hex.Bytes("ffffffffffffffffffffffffffffffff 1388 02"); // 5000 octets, UPDATE

        Assert.Equal(0, BgpMessage.Frame(header, isExtended: true));
        Assert.Throws<BgpProtocolException>(() => BgpMessage.Frame(header));
        Assert.False(Agreement.Between(OpenOf("10.0.0.1", new Capability.ExtendedMessage()), OpenOf("10.0.0.2")).Codec.IsExtended);
        Assert.True(Agreement.Between(OpenOf("10.0.0.1", new Capability.ExtendedMessage()), OpenOf("10.0.0.2", new Capability.ExtendedMessage())).Codec.IsExtended);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void An_open_or_a_keepalive_is_never_a_long_message(byte type)
    {
        var header = Hex.Bytes($"ffffffffffffffffffffffffffffffff 1388 {type:x2}");

        Assert.Equal((byte)HeaderError.BadMessageLength, Assert.Throws<BgpProtocolException>(() => BgpMessage.Frame(header, isExtended: true)).Answer.Subcode);
    }

    [Fact]
    public void A_notification_ends_the_session_only_where_both_sides_have_said_so()
    {
        Assert.Contains(new PeerDown("the peer says: hold timer expired (4/0)", KeepRoutes: true) { Received = HoldTimerExpired }, After(Ours, Theirs, new Received(1, HoldTimerExpired)));
        Assert.Contains(
            new PeerDown("the peer says: hold timer expired (4/0)", KeepRoutes: false) { Received = HoldTimerExpired },
            After(Ours, OpenOf("10.0.0.1", new Capability.GracefulRestart(false, TimeSpan.FromSeconds(120), [new(Family.IPv4Unicast, true)])), new Received(1, HoldTimerExpired)));
        Assert.Contains(After(Ours, Theirs, new HoldExpired(1)), action => action is PeerDown { KeepRoutes: true });
    }

    [Fact]
    public void A_hard_reset_ends_the_routes_too()
    {
        var reset = NotificationMessage.Shutdown("moving").AsHardReset();

        Assert.Contains(
            new PeerDown("the peer says: cease: hard reset (6/9) for cease: administrative shutdown, \"moving\" (6/2)", KeepRoutes: false) { Received = reset },
            After(Ours, Theirs, new Received(1, reset)));
    }

    [Fact]
    public void A_shutdown_is_a_hard_reset_where_a_notification_would_let_the_peer_keep_our_routes()
    {
        var shutdown = NotificationMessage.Cease(CeaseReason.AdministrativeShutdown);

        Assert.Contains(new Send(1, shutdown.AsHardReset()), After(Ours, Theirs, new Stop(shutdown)));
        Assert.Contains(new Send(1, shutdown), After(Ours, OpenOf("10.0.0.1"), new Stop(shutdown)));
        Assert.Contains(new Send(1, NotificationMessage.Cease(CeaseReason.OtherConfigurationChange)),
            After(Ours, Theirs, new Stop(NotificationMessage.Cease(CeaseReason.OtherConfigurationChange))));
    }

    [Fact]
    public void A_session_that_is_broken_off_begins_anew_when_it_is_told_to()
    {
        var limit = NotificationMessage.MaximumPrefixesReached(Family.IPv4Unicast, 100);

        var actions = After(OpenOf("10.0.0.5"), OpenOf("10.0.0.1"), new Break(limit, "too many", TimeSpan.FromMinutes(5)));

        Assert.Equal(
            [new CancelDial(), new RestartConnectRetry(TimeSpan.FromMinutes(5)), new Send(1, limit), new Close(1), new PeerDown("too many", KeepRoutes: false) { Sent = limit }], actions);
        Assert.Equal("00010100000064", Convert.ToHexString(limit.Payload.AsSpan()));
    }

    [Theory]
    [InlineData(10, 10)]
    [InlineData(60, 30)]
    public void Keepalives_come_as_often_as_asked_for_and_never_less_than_thrice_a_hold_time(int asked, int seconds)
    {
        var terms = Terms(Ours) with { KeepaliveTime = TimeSpan.FromSeconds(asked) };
        var (now, _) = SessionMachine.Handle(SessionProgress.Initial, new Start(), terms);
        (now, _) = SessionMachine.Handle(now, new Connected(1), terms);

        var (_, actions) = SessionMachine.Handle(now, new Received(1, Theirs), terms);

        Assert.Contains(new RestartKeepalive(1, TimeSpan.FromSeconds(seconds)), actions);
    }

    [Fact]
    public async Task A_route_refresh_is_answered_between_marks_and_one_of_ours_sweeps_what_is_not_told_again()
    {
        await using var speaker = new TestSpeaker("127.74.90.1");
        speaker.Originate("10.1.0.0/26");
        speaker.Peer(speaker.To("127.74.90.2", asNumber: 65001) with { Passive = true });
        using var peer = await RawPeer.ConnectAsync("127.74.90.2", speaker.Address);
        peer.OpenFrame = MessageTests.Encode(
            OpenOf("10.99.0.1", new Capability.FourOctetAs(65001), new Capability.EnhancedRefresh()) with { As = 65001 }, CodecOptions.BeforeOpen);
        await peer.OpenAsync();
        await peer.EstablishAsync("10.50.0.0/24", "10.60.0.0/24");
        await speaker.Learns("10.60.0.0/24");
        while (await peer.ReceiveAsync() is not UpdateMessage { EndOfRib: not null })
        {
        }

        await peer.SendAsync(HexOf(new RouteRefreshMessage(Family.IPv4Unicast)));
        Assert.Equal(new RouteRefreshMessage(Family.IPv4Unicast, RouteRefreshMessage.Begin), await peer.ReceiveAsync());
        Assert.Single(Assert.IsType<UpdateMessage>(await peer.ReceiveAsync()).Announced);
        Assert.Equal(new RouteRefreshMessage(Family.IPv4Unicast, RouteRefreshMessage.End), await peer.ReceiveAsync());

        await peer.SendAsync(HexOf(new RouteRefreshMessage(Family.IPv4Unicast, RouteRefreshMessage.Begin)) + RawPeer.Announcement("10.50.0.0/24"));
        await peer.SendAsync(HexOf(new RouteRefreshMessage(Family.IPv4Unicast, RouteRefreshMessage.End)));

        await speaker.Loses("10.60.0.0/24");
        Assert.True(speaker.Routes.ContainsKey(IPNetwork.Parse("10.50.0.0/24")));
        Assert.DoesNotContain(speaker.Changes, change => change is { Route: null, Prefix: var prefix } && prefix.ToString() == "10.50.0.0/24");
    }

    private static string HexOf(BgpMessage message) => Convert.ToHexString(MessageTests.Encode(message, CodecOptions.BeforeOpen));

    private static SessionTerms Terms(OpenMessage open) => new(open, 64512, Passive: false, TimeSpan.FromSeconds(5));

    private static SessionAction[] After(OpenMessage ours, OpenMessage theirs, SessionEvent happened)
    {
        var now = SessionProgress.Initial;
        foreach (var step in new SessionEvent[] { new Start(), new Connected(1), new Received(1, theirs), new Received(1, KeepaliveMessage.Instance) })
            (now, _) = SessionMachine.Handle(now, step, Terms(ours));
        Assert.Equal(SessionState.Established, now.State);
        return SessionMachine.Handle(now, happened, Terms(ours)).Actions;
    }

    private static OpenMessage OpenOf(string identifier, params Capability[] more) =>
        new(64512, 90, IPAddress.Parse(identifier), [new Capability.Multiprotocol(Family.IPv4Unicast), .. more]);
}
