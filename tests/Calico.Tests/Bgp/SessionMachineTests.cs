using System.Net;
using Calico.Bgp.Messages;
using Calico.Bgp.Session;
using Calico.Bgp.Values;
using static Calico.Bgp.Session.SessionAction;
using static Calico.Bgp.Session.SessionEvent;

namespace Calico.Tests.Bgp;

/// <summary>The state machine of RFC 4271 §8 as values: no socket, no clock.</summary>
public sealed class SessionMachineTests
{
    private static readonly OpenMessage Ours = OpenOf("10.0.0.5", graceful: true);

    private static readonly OpenMessage Lower = OpenOf("10.0.0.1", graceful: true);

    private static readonly OpenMessage Higher = OpenOf("10.0.0.9", graceful: true);

    private static readonly TimeSpan Hold = TimeSpan.FromSeconds(90);

    private SessionProgress _now = SessionProgress.Initial;
    private SessionTerms _terms = new(Ours, 64512, Passive: false, TimeSpan.FromSeconds(5));

    [Fact]
    public void From_idle_to_established_in_the_order_of_the_RFC()
    {
        Expect(SessionState.Connect, new Start(), new Dial());
        Expect(SessionState.OpenSent, new Connected(1), new Send(1, Ours), new RestartHold(1, TimeSpan.FromSeconds(240)));
        Expect(SessionState.OpenConfirm, new Received(1, Lower),
            new CancelDial(), new StopConnectRetry(), new Send(1, KeepaliveMessage.Instance), new RestartHold(1, Hold), new RestartKeepalive(1, Hold / 3));
        Expect(SessionState.Established, new Received(1, KeepaliveMessage.Instance), new RestartHold(1, Hold), new PeerUp(1, Agreement.Between(Ours, Lower)));
        Expect(SessionState.Established, new KeepaliveExpired(1), new Send(1, KeepaliveMessage.Instance), new RestartKeepalive(1, Hold / 3));
        var update = UpdateMessage.EndOf(Family.IPv4Unicast);
        Expect(SessionState.Established, new Received(1, update), new RestartHold(1, Hold), new Deliver(update));
    }

    [Fact]
    public void A_passive_session_waits_and_never_dials()
    {
        _terms = _terms with { Passive = true };
        Expect(SessionState.Active, new Start());
        Expect(SessionState.OpenSent, new Accepted(1), new Send(1, Ours), new RestartHold(1, TimeSpan.FromSeconds(240)));
        Expect(SessionState.Active, new Lost(1, "gone"), new Close(1));
        Assert.Equal("gone", _now.LastError);
    }

    [Fact]
    public void Attempts_that_fail_come_less_often_up_to_the_configured_time()
    {
        Handle(new Start());
        foreach (var seconds in new[] { 1, 2, 4, 5, 5, 5 })
        {
            Expect(SessionState.Active, new ConnectFailed("refused"), new RestartConnectRetry(TimeSpan.FromSeconds(seconds)));
            Expect(SessionState.Connect, new ConnectRetryExpired(), new Dial());
        }

        Assert.Equal("refused", _now.LastError);
    }

    [Fact]
    public void After_an_error_the_session_stays_idle_for_a_pause_that_grows_and_takes_no_connection()
    {
        Handle(new Start());
        foreach (var seconds in new[] { 5, 10, 20, 30, 30 })
        {
            Handle(new Connected(1));
            Expect(SessionState.Idle, new Received(1, OpenOf("10.0.0.1") with { As = 64513 }),
                new Send(1, new NotificationMessage(ErrorCode.Open, 2)), new Close(1), new CancelDial(), new RestartConnectRetry(TimeSpan.FromSeconds(seconds)));
            Assert.Equal("the peer uses AS 64513, expected 64512", _now.LastError);
            Expect(SessionState.Idle, new Accepted(2), new Close(2));
            Expect(SessionState.Connect, new ConnectRetryExpired(), new Dial());
        }
    }

    [Fact]
    public void A_session_that_lasts_makes_up_for_earlier_failures()
    {
        Handle(new Start());
        Handle(new ConnectFailed("refused"));
        Handle(new ConnectFailed("refused"));
        Establish(Lower);
        Assert.True(_now.Failures > 0);

        Handle(new KeepaliveExpired(1));

        Assert.Equal(0, _now.Failures);
    }

    [Fact]
    public void Nothing_heard_for_the_hold_time_ends_the_session_and_the_routes()
    {
        Establish(Lower);
        Expect(SessionState.Idle, new HoldExpired(1),
            new Send(1, NotificationMessage.HoldTimerExpired), new Close(1), new PeerDown(Reason, KeepRoutes: false) { Sent = NotificationMessage.HoldTimerExpired },
            new CancelDial(), new RestartConnectRetry(TimeSpan.FromSeconds(5)));
    }

    [Fact]
    public void A_connection_lost_without_a_word_keeps_the_routes_of_a_peer_that_restarts_gracefully()
    {
        Establish(Lower);
        Expect(SessionState.Active, new Lost(1, Reason), new Close(1), new PeerDown(Reason, KeepRoutes: true), new RestartConnectRetry(TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public void A_connection_lost_without_a_word_ends_the_routes_of_any_other_peer()
    {
        Establish(OpenOf("10.0.0.1"));
        Expect(SessionState.Active, new Lost(1, Reason), new Close(1), new PeerDown(Reason, KeepRoutes: false), new RestartConnectRetry(TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public void A_peer_that_says_goodbye_is_believed_and_tried_again_soon()
    {
        Establish(Lower);
        var cease = NotificationMessage.Cease(CeaseReason.AdministrativeShutdown);
        Handle(new Received(1, cease), out var actions);

        Assert.Equal(SessionState.Active, _now.State);
        Assert.Equal([new Close(1), new PeerDown("the peer says: cease: administrative shutdown (6/2)", false) { Received = cease }, new RestartConnectRetry(TimeSpan.FromSeconds(1))], actions);
    }

    [Theory]
    [InlineData(false, 6, 2)]
    [InlineData(true, 0, 0)]
    public void Stopping_says_goodbye_or_nothing(bool keepRoutes, byte code, byte subcode)
    {
        Establish(Lower);
        var farewell = keepRoutes ? null : new NotificationMessage((ErrorCode)code, subcode);
        SessionAction[] said = farewell is null ? [] : [new Send(1, farewell)];
        Expect(SessionState.Idle, new Stop(farewell), [new CancelDial(), new StopConnectRetry(), .. said, new Close(1), new PeerDown("stopped", false) { Sent = farewell, ByUs = true }]);
    }

    [Fact]
    public void A_message_out_of_place_is_answered_with_the_state_it_came_in()
    {
        Handle(new Start());
        Handle(new Connected(1));
        Assert.Contains(new Send(1, new NotificationMessage(ErrorCode.StateMachine, 1)), Handle(new Received(1, KeepaliveMessage.Instance)));

        Handle(new ConnectRetryExpired());
        Handle(new Connected(2));
        Handle(new Received(2, Lower));
        Assert.Contains(new Send(2, new NotificationMessage(ErrorCode.StateMachine, 2)), Handle(new Received(2, UpdateMessage.EndOf(Family.IPv4Unicast))));

        Handle(new ConnectRetryExpired());
        Handle(new Connected(3));
        Handle(new Received(3, Lower));
        Handle(new Received(3, KeepaliveMessage.Instance));
        Assert.Contains(new Send(3, new NotificationMessage(ErrorCode.StateMachine, 3)), Handle(new Received(3, Lower)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Of_two_connections_that_collide_the_one_stays_that_the_greater_identifier_made(bool peerIsGreater)
    {
        var peer = peerIsGreater ? Higher : Lower;
        foreach (var firstIsIncoming in new[] { true, false })
        {
            _now = SessionProgress.Initial;
            Handle(new Start());
            Handle(new Accepted(1));
            Handle(new Connected(2));
            var (first, second) = firstIsIncoming ? (1, 2) : (2, 1);
            Handle(new Received(first, peer));
            var actions = Handle(new Received(second, peer));

            var (winner, loser) = peerIsGreater ? (1, 2) : (2, 1);
            Assert.Contains(new Send(loser, NotificationMessage.Cease(CeaseReason.ConnectionCollisionResolution)), actions);
            Assert.Contains(new Close(loser), actions);
            Assert.Equal([winner], _now.Links.Select(link => link.Link));
            Handle(new Received(winner, KeepaliveMessage.Instance));
            Assert.Equal(SessionState.Established, _now.State);
        }
    }

    [Fact]
    public void Nothing_is_decided_before_the_second_open_is_in()
    {
        Handle(new Start());
        Handle(new Accepted(1));
        Handle(new Connected(2));
        Handle(new Received(2, Higher));

        Handle(new Lost(1, "the other one gave up"), out _);

        Handle(new Received(2, KeepaliveMessage.Instance));
        Assert.Equal(SessionState.Established, _now.State);
        Assert.Null(_now.LastError);
    }

    [Fact]
    public void A_peer_that_connects_anew_takes_the_place_of_its_old_session_and_its_routes_stay()
    {
        Establish(Lower);
        Expect(SessionState.Established, new Accepted(7), new Send(7, Ours), new RestartHold(7, TimeSpan.FromSeconds(240)));
        Expect(SessionState.Established, new Received(7, Lower), new RestartHold(7, TimeSpan.FromSeconds(10)));
        var actions = Handle(new Received(7, KeepaliveMessage.Instance));

        Assert.Equal([new Close(1), new PeerDown("the peer has connected anew", KeepRoutes: true) { ByUs = true }], actions.Take(2));
        Assert.Equal(new PeerUp(7, Agreement.Between(Ours, Lower)), actions[^1]);
        Assert.Equal((SessionState.Established, 7), (_now.State, _now.Established?.Link));
    }

    /// <summary>Each side is established on the one connection, or not yet, when the other's OPEN comes, and cannot know which it is over there.</summary>
    [Theory]
    [InlineData(true, true, true)]
    [InlineData(true, false, false)]
    [InlineData(false, true, false)]
    [InlineData(false, false, true)]
    public void Of_two_connections_the_peer_chooses_where_one_is_established_that_would_have_lost(bool isGreater, bool firstIsIncoming, bool weDecide)
    {
        Collide(isGreater, firstIsIncoming, out var first, out var second);

        var actions = Handle(new Received(second, isGreater ? Higher : Lower));

        SessionAction[] yields = [new Send(second, NotificationMessage.Cease(CeaseReason.ConnectionCollisionResolution)), new Close(second)];
        Assert.Equal(weDecide ? yields : [new RestartHold(second, TimeSpan.FromSeconds(10))], actions);
        Assert.Equal(first, _now.Established?.Link);
    }

    [Fact]
    public void The_peer_chooses_the_established_connection_by_ending_the_other()
    {
        var second = AwaitChoice();
        Expect(SessionState.Established, new Received(second, NotificationMessage.Cease(CeaseReason.ConnectionCollisionResolution)), new Close(second));
        Assert.Null(_now.LastError);
    }

    [Fact]
    public void The_peer_chooses_the_other_connection_by_a_keepalive()
    {
        var second = AwaitChoice();
        var actions = Handle(new Received(second, KeepaliveMessage.Instance));

        var farewell = NotificationMessage.Cease(CeaseReason.ConnectionCollisionResolution);
        Assert.Equal(
            [new Send(2, farewell), new Close(2), new PeerDown("the connection collided with another", KeepRoutes: true) { Sent = farewell, IsCollision = true }],
            actions.Take(3));
        Assert.Contains(new Send(second, KeepaliveMessage.Instance), actions);
        Assert.Equal(second, _now.Established?.Link);
    }

    [Fact]
    public void The_peer_chooses_the_other_connection_by_ending_the_established_one_and_its_routes_stay()
    {
        var second = AwaitChoice();
        var farewell = NotificationMessage.Cease(CeaseReason.ConnectionCollisionResolution);
        var actions = Handle(new Received(2, farewell));

        Assert.Equal(
            [new Close(2), new PeerDown("the peer says: cease: connection collision resolution (6/7)", KeepRoutes: true) { Received = farewell, IsCollision = true }],
            actions.Take(2));
        Assert.Contains(new Send(second, KeepaliveMessage.Instance), actions);
        Expect(SessionState.Established, new Received(second, KeepaliveMessage.Instance), new RestartHold(second, Hold), new PeerUp(second, Agreement.Between(Ours, Higher)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_connection_that_awaits_the_choice_goes_on_when_the_established_one_fails_in_any_way(bool isLost)
    {
        var second = AwaitChoice();
        Handle(isLost ? new Lost(2, "gone") : new HoldExpired(2));
        Assert.Equal(SessionState.OpenConfirm, _now.State);
        Handle(new Received(second, KeepaliveMessage.Instance));
        Assert.Equal(second, _now.Established?.Link);
    }

    [Fact]
    public void A_peer_that_says_anything_but_its_choice_loses_the_connection_on_which_it_was_to_be_made()
    {
        foreach (var message in new BgpMessage[] { Higher, UpdateMessage.EndOf(Family.IPv4Unicast) })
        {
            _now = SessionProgress.Initial;
            var second = AwaitChoice();
            Expect(SessionState.Established, new Received(second, message), new Send(second, new NotificationMessage(ErrorCode.StateMachine, 1)), new Close(second));
            Assert.Equal(2, _now.Established?.Link);
        }
    }

    [Fact]
    public void A_peer_that_makes_no_choice_keeps_what_is_established()
    {
        var second = AwaitChoice();
        Expect(SessionState.Established, new HoldExpired(second), new Send(second, NotificationMessage.Cease(CeaseReason.ConnectionCollisionResolution)), new Close(second));
        Assert.Equal(2, _now.Established?.Link);
        Assert.Null(_now.LastError);
    }

    /// <summary>All orders in which the messages of two connections made at once can come, both sides being ours: one session is left, the same on both.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Two_of_us_that_call_at_once_agree_on_one_connection_in_every_order(bool graceful)
    {
        var ends = new CollisionOfTwo(graceful).EveryEnd();

        Assert.Equal([(0, 0), (1, 1)], ends.Order());
    }

    [Fact]
    public void A_second_connection_of_a_peer_without_graceful_restart_is_refused_while_the_first_stands()
    {
        Establish(OpenOf("10.0.0.1"));
        Expect(SessionState.Established, new Accepted(7), new Send(7, NotificationMessage.Cease(CeaseReason.ConnectionCollisionResolution)), new Close(7));
    }

    [Fact]
    public void A_half_open_connection_does_not_stand_in_the_way_of_a_newer_one()
    {
        _terms = _terms with { Passive = true };
        Handle(new Start());
        Handle(new Accepted(1));
        Handle(new Accepted(2), out var actions);

        Assert.Equal([new Close(1), new Send(2, Ours), new RestartHold(2, TimeSpan.FromSeconds(240))], actions);
    }

    [Fact]
    public void Events_of_a_connection_that_is_gone_change_nothing()
    {
        Establish(Lower);
        var before = _now;
        foreach (var late in new SessionEvent[] { new Lost(9, "x"), new HoldExpired(9), new Received(9, KeepaliveMessage.Instance), new ConnectFailed("late"), new ConnectRetryExpired() })
        {
            Assert.Empty(Handle(late));
            Assert.Equal(before, _now);
        }
    }

    [Fact]
    public void Without_keepalives_if_either_side_wants_none()
    {
        _terms = _terms with { Open = Ours with { HoldTime = 0 } };
        Handle(new Start());
        Handle(new Connected(1));

        var actions = Handle(new Received(1, Lower));

        Assert.Contains(new RestartHold(1, TimeSpan.Zero), actions);
        Assert.Contains(new RestartKeepalive(1, TimeSpan.Zero), actions);
    }

    private const string Reason = "hold timer expired: nothing heard from the peer";

    private static OpenMessage OpenOf(string identifier, bool graceful = false) => new(64512, 90, IPAddress.Parse(identifier),
    [
        new Capability.Multiprotocol(Family.IPv4Unicast),
        new Capability.FourOctetAs(64512),
        .. graceful ? new Capability[] { new Capability.GracefulRestart(false, TimeSpan.FromSeconds(120), [new(Family.IPv4Unicast, true)]) } : [],
    ]);

    /// <summary>Two connections, of which the first is established before the OPEN of the second is in.</summary>
    private void Collide(bool isGreater, bool firstIsIncoming, out int first, out int second)
    {
        Handle(new Start());
        Handle(new Accepted(1));
        Handle(new Connected(2));
        (first, second) = firstIsIncoming ? (1, 2) : (2, 1);
        Handle(new Received(first, isGreater ? Higher : Lower));
        Handle(new Received(first, KeepaliveMessage.Instance));
        Assert.Equal(first, _now.Established?.Link);
    }

    /// <summary>Ours is established, the peer's own waits.</summary>
    private int AwaitChoice()
    {
        Collide(isGreater: true, firstIsIncoming: false, out _, out var second);
        Handle(new Received(second, Higher));
        return second;
    }

    private void Establish(OpenMessage peer)
    {
        if (_now.State == SessionState.Idle)
            Handle(new Start());
        if (_now.State == SessionState.Active)
            Handle(new ConnectRetryExpired());
        Handle(new Connected(1));
        Handle(new Received(1, peer));
        Handle(new Received(1, KeepaliveMessage.Instance));
        Assert.Equal(SessionState.Established, _now.State);
    }

    private void Expect(SessionState state, SessionEvent happened, params SessionAction[] expected)
    {
        Assert.Equal(expected, Handle(happened));
        Assert.Equal(state, _now.State);
    }

    private SessionAction[] Handle(SessionEvent happened)
    {
        (_now, var actions) = SessionMachine.Handle(_now, happened, _terms);
        return actions;
    }

    private void Handle(SessionEvent happened, out SessionAction[] actions) => actions = Handle(happened);
}
