using Calico.Bgp.Messages;
using static Calico.Bgp.Session.SessionAction;
using static Calico.Bgp.Session.SessionEvent;
using static Calico.Bgp.Session.SessionState;

namespace Calico.Bgp.Session;

/// <summary>The BGP session state machine (RFC 4271 §8) as a function: progress and event in, progress and actions out.</summary>
/// <remarks>
/// RFC 4271 runs one machine a connection and lets them find out about each other; here one machine knows all connections to the peer,
/// so that a collision (§6.8) is an ordinary transition.
/// </remarks>
internal static class SessionMachine
{
    public static Transition Handle(SessionProgress now, SessionEvent happened, SessionTerms terms) => Resume(Step(now, happened, terms), terms);

    private static Transition Step(SessionProgress now, SessionEvent happened, SessionTerms terms) => (now.Calling, happened) switch
    {
        (Calling.Stopped, Start) => Call(now, terms),
        (_, Start) => new(now),
        (_, Stop stop) => End(now, stop),
        (_, Break broken) => BreakOff(now, broken),

        (Calling.Waiting or Calling.Pausing, ConnectRetryExpired) => Call(now, terms),
        (_, ConnectRetryExpired) => new(now),

        (Calling.Dialing, ConnectFailed failed) => TryLater(now with { LastError = failed.Reason }, terms),
        (Calling.Dialing, Connected connected) when now.Established is null => Greet(now with { Calling = Calling.Done }, connected.Link, terms),
        (_, Connected connected) => new(now, new Close(connected.Link)),
        (_, ConnectFailed) => new(now),

        (Calling.Stopped or Calling.Pausing, Accepted accepted) => new(now, new Close(accepted.Link)),
        (_, Accepted accepted) => Accept(now, accepted.Link, terms),

        (_, Received { Link: var link }) => OnLink(now, link, happened, terms),
        (_, HoldExpired { Link: var link }) => OnLink(now, link, happened, terms),
        (_, KeepaliveExpired { Link: var link }) => OnLink(now, link, happened, terms),
        (_, Lost { Link: var link }) => OnLink(now, link, happened, terms),
        (_, Malformed { Link: var link }) => OnLink(now, link, happened, terms),
        _ => throw new ArgumentOutOfRangeException(nameof(happened), happened, "not an event of a session"),
    };

    private static Transition OnLink(SessionProgress now, int number, SessionEvent happened, SessionTerms terms) =>
        now.Find(number) is not { } link ? new(now) : (link.State, happened) switch
        {
            (OpenSent, Received { Message: OpenMessage open }) when !link.AwaitsChoice => Examine(now, link, open, terms),
            (OpenSent, Received { Message: KeepaliveMessage }) when link.AwaitsChoice => Chosen(now, link, terms),
            (OpenSent, HoldExpired) when link.AwaitsChoice => new(now.Without(link.Link), [.. Yield(link)]),

            (OpenConfirm, Received { Message: KeepaliveMessage }) => Establish(now, link),

            (Established, Received { Message: UpdateMessage or RouteRefreshMessage or KeepaliveMessage } received) =>
                new(now, RestartHoldOf(link), new Deliver(received.Message)),

            (OpenConfirm or Established, KeepaliveExpired) => KeepAlive(now, link, terms),

            (_, Received { Message: NotificationMessage { Code: ErrorCode.Cease } cease }) => Leave(now, link, cease, terms),
            (_, Received { Message: NotificationMessage fault }) => Fail(now, link, null, $"the peer says: {fault}", terms, fault),
            (_, HoldExpired) => Fail(now, link, NotificationMessage.HoldTimerExpired, "hold timer expired: nothing heard from the peer", terms),
            (_, Malformed fault) => Fail(now, link, fault.Answer, fault.Reason, terms),
            (_, Lost lost) => Lose(now, link, lost.Reason, terms),
            (_, Received received) => Fail(now, link, Unexpected(link), $"{received.Message.GetType().Name} is not expected in {link.State}", terms),
            _ => new(now),
        };

    private static Transition Call(SessionProgress now, SessionTerms terms) => terms.Passive
        ? new(now with { Calling = Calling.Waiting })
        : new(now with { Calling = Calling.Dialing }, new Dial());

    private static Transition TryLater(SessionProgress now, SessionTerms terms) => new(
        now with { Calling = Calling.Waiting, Failures = now.Failures + 1 },
        new RestartConnectRetry(terms.PauseAfterLoss(now.Failures)));

    private static Transition End(SessionProgress now, Stop stop)
    {
        var actions = new List<SessionAction> { new CancelDial(), new StopConnectRetry() };
        foreach (var link in now.Links)
        {
            if (stop.Farewell is not null)
                actions.Add(new Send(link.Link, ForGood(stop.Farewell, link)));
            actions.Add(new Close(link.Link));
            if (link.State == Established)
                actions.Add(new PeerDown("stopped", KeepRoutes: false) { Sent = stop.Farewell is null ? null : ForGood(stop.Farewell, link), ByUs = true });
        }

        return new(SessionProgress.Initial with { LastError = now.LastError }, [.. actions]);
    }

    private static Transition BreakOff(SessionProgress now, Break broken)
    {
        var actions = new List<SessionAction> { new CancelDial(), broken.RetryAfter is { } pause ? new RestartConnectRetry(pause) : new StopConnectRetry() };
        foreach (var link in now.Links)
            actions.AddRange([new Send(link.Link, ForGood(broken.Farewell, link)), new Close(link.Link), .. Down(link, new(broken.Reason, KeepRoutes: false) { Sent = ForGood(broken.Farewell, link) })]);
        var calling = broken.RetryAfter is null ? Calling.Stopped : Calling.Pausing;
        return new(new(calling, [], now.Failures + 1) { LastError = broken.Reason }, [.. actions]);
    }

    /// <summary>RFC 8538 §3.1: where a NOTIFICATION alone would let the peer keep our routes, it is to be a hard reset.</summary>
    private static NotificationMessage ForGood(NotificationMessage farewell, LinkProgress link) =>
        link.Agreed is { NotificationKeepsRoutes: true } && !farewell.IsCease(CeaseReason.OtherConfigurationChange) ? farewell.AsHardReset() : farewell;

    private static Transition Greet(SessionProgress now, int link, SessionTerms terms, bool incoming = false) => new(
        now.With(new(link, incoming, OpenSent, IsSuccessor: now.Established is not null)),
        new Send(link, terms.Open),
        new RestartHold(link, SessionTerms.OpenHoldTime));

    /// <summary>A peer that connects again has lost the connection before, whatever we still believe of that.</summary>
    private static Transition Accept(SessionProgress now, int link, SessionTerms terms)
    {
        if (now.Established is { Agreed.PeerRestart: null })
        {
            var refusal = NotificationMessage.Cease(CeaseReason.ConnectionCollisionResolution); // RFC 4271 §6.8
            return new(now, new Send(link, refusal), new Close(link));
        }

        var actions = new List<SessionAction>();
        foreach (var older in now.Links.Where(older => older.Incoming && older.State != Established))
        {
            now = now.Without(older.Link);
            actions.Add(new Close(older.Link));
        }

        return Greet(now, link, terms, incoming: true).After(actions);
    }

    /// <remarks>
    /// RFC 4271 §6.8 keeps an established connection and RFC 4724 §5 the newer one, and while both sides call at once neither can tell
    /// how far the other has come: each could end the very connection that the other keeps. The peer has our OPEN on both, and so makes
    /// its choice: it closes this one, or says by a KEEPALIVE that it goes on with it.
    /// </remarks>
    private static Transition Examine(SessionProgress now, LinkProgress link, OpenMessage open, SessionTerms terms)
    {
        if (terms.Objection(open) is var (answer, reason))
            return Fail(now, link, answer, reason, terms);

        var agreed = Agreement.Between(terms.Open, open);
        if (agreed.Families.Count == 0)
        {
            var refusal = new NotificationMessage(ErrorCode.Open, (byte)OpenError.UnsupportedCapability); // RFC 5492 §5
            return Fail(now, link, refusal, "the peer carries no address family that we do", terms);
        }

        link = link with { PeerOpen = open, Agreed = agreed };
        var rival = now.Links.FirstOrDefault(rival => rival.Link != link.Link && rival.State is OpenConfirm or Established);
        var succeeds = link.IsSuccessor && rival is { State: Established };
        var loses = rival is not null && !succeeds && rival.Incoming != link.Incoming && terms.WePrevailOver(open) == link.Incoming;
        return rival switch
        {
            null => Confirm(now, link, terms),
            _ when loses => new(now.Without(link.Link), [.. Yield(link)]),
            { State: Established } => new(now.With(link), new RestartHold(link.Link, SessionTerms.ChoiceTime)),
            _ => Confirm(now.Without(rival.Link), link, terms).After(Yield(rival)),
        };
    }

    private static Transition Confirm(SessionProgress now, LinkProgress link, SessionTerms terms)
    {
        link = link with { State = OpenConfirm };
        return new(
            now.With(link) with { Calling = Calling.Done },
            new CancelDial(),
            new StopConnectRetry(),
            new Send(link.Link, KeepaliveMessage.Instance),
            RestartHoldOf(link),
            new RestartKeepalive(link.Link, terms.KeepaliveOf(link.Agreed)));
    }

    /// <summary>The peer goes on with this one rather than with the established one.</summary>
    private static Transition Chosen(SessionProgress now, LinkProgress link, SessionTerms terms)
    {
        IEnumerable<SessionAction> left = [];
        if (now.Established is { } old)
        {
            now = now.Without(old.Link);
            left = link.IsSuccessor ? Supersede(old) : Yield(old);
        }

        var confirmed = Confirm(now, link, terms);
        return Establish(confirmed.Next, link).After([.. left, .. confirmed.Actions]);
    }

    /// <summary>Where the established connection is gone, the one that waited for the peer's choice goes on.</summary>
    private static Transition Resume(Transition step, SessionTerms terms)
    {
        var waiting = step.Next.State == OpenSent ? step.Next.Links.Where(link => link.AwaitsChoice).ToList() : [];
        if (waiting is not [.. var others, var newest])
            return step;

        var next = others.Aggregate(step.Next, (left, other) => left.Without(other.Link));
        return Confirm(next, newest, terms).After([.. step.Actions, .. others.SelectMany(Yield)]);
    }

    /// <summary>RFC 4724 §5: the old connection ends as if TCP had failed; the routes stay.</summary>
    private static IEnumerable<SessionAction> Supersede(LinkProgress old) =>
        [new Close(old.Link), new PeerDown("the peer has connected anew", KeepRoutes: true) { ByUs = true }];

    /// <summary>RFC 4271 §6.8: the connection that loses.</summary>
    private static IEnumerable<SessionAction> Yield(LinkProgress loser)
    {
        var farewell = NotificationMessage.Cease(CeaseReason.ConnectionCollisionResolution);
        yield return new Send(loser.Link, farewell);
        yield return new Close(loser.Link);
        if (loser.State == Established)
            yield return new PeerDown("the connection collided with another", KeepRoutes: loser.Agreed?.PeerRestart is not null) { Sent = farewell, IsCollision = true };
    }

    private static Transition Establish(SessionProgress now, LinkProgress link) => link.Agreed is not { } agreed
        ? new(now)
        : new(
            now.With(link with { State = Established }) with { LastError = null },
            RestartHoldOf(link),
            new PeerUp(link.Link, agreed));

    /// <summary>A session that lives long enough to send keepalives has made up for earlier failures.</summary>
    private static Transition KeepAlive(SessionProgress now, LinkProgress link, SessionTerms terms) => new(
        link.State == Established ? now with { Failures = 0 } : now,
        new Send(link.Link, KeepaliveMessage.Instance),
        new RestartKeepalive(link.Link, terms.KeepaliveOf(link.Agreed)));

    /// <summary>An error of protocol: the peer is told unless it told us, and the next attempt waits. The routes stay only by RFC 8538.</summary>
    private static Transition Fail(
        SessionProgress now, LinkProgress link, NotificationMessage? answer, string reason, SessionTerms terms, NotificationMessage? received = null)
    {
        var keepRoutes = link.Agreed is { NotificationKeepsRoutes: true };
        SessionAction[] actions = answer is null ? [new Close(link.Link)] : [new Send(link.Link, answer), new Close(link.Link)];
        var down = Down(link, new(reason, keepRoutes) { Sent = answer, Received = received });
        var without = now.Without(link.Link) with { LastError = reason };
        return without.Links.IsEmpty
            ? new Transition(
                without with { Calling = Calling.Pausing, Failures = now.Failures + 1 },
                new CancelDial(),
                new RestartConnectRetry(terms.PauseAfterError(now.Failures))).After([.. actions, .. down])
            : new(without, [.. actions, .. down]);
    }

    /// <summary>The connection is gone without a word: a peer that restarts gracefully will be back.</summary>
    private static Transition Lose(SessionProgress now, LinkProgress link, string reason, SessionTerms terms) =>
        Depart(now, link, new(reason, KeepRoutes: link.Agreed?.PeerRestart is not null), terms);

    /// <summary>The peer has said goodbye.</summary>
    private static Transition Leave(SessionProgress now, LinkProgress link, NotificationMessage cease, SessionTerms terms)
    {
        var isCollision = cease.IsCease(CeaseReason.ConnectionCollisionResolution) && now.Links.Length > 1;
        var keepRoutes = isCollision ? link.Agreed?.PeerRestart is not null : link.Agreed is { NotificationKeepsRoutes: true } && !cease.IsCease(CeaseReason.HardReset);
        return Depart(now, link, new($"the peer says: {cease}", keepRoutes) { Received = cease, IsCollision = isCollision }, terms);
    }

    private static Transition Depart(SessionProgress now, LinkProgress link, PeerDown down, SessionTerms terms)
    {
        var without = now.Without(link.Link);
        SessionAction[] actions = [new Close(link.Link), .. Down(link, down)];
        if (!without.Links.IsEmpty || now.Calling == Calling.Dialing)
            return new(without, actions);

        without = without with { LastError = down.Reason };
        return terms.Passive
            ? new(without with { Calling = Calling.Waiting }, actions)
            : TryLater(without, terms).After(actions);
    }

    private static IEnumerable<SessionAction> Down(LinkProgress link, PeerDown down) => link.State == Established ? [down] : [];

    private static RestartHold RestartHoldOf(LinkProgress link) => new(link.Link, link.Agreed?.HoldTime ?? SessionTerms.OpenHoldTime);

    private static NotificationMessage Unexpected(LinkProgress link) => NotificationMessage.StateMachine(link.State switch
    {
        OpenSent => StateMachineError.InOpenSent,
        OpenConfirm => StateMachineError.InOpenConfirm,
        _ => StateMachineError.InEstablished,
    });
}

/// <summary>The outcome of one event. Actions are to be carried out in order.</summary>
internal readonly record struct Transition(SessionProgress Next, params SessionAction[] Actions)
{
    public Transition After(IEnumerable<SessionAction> earlier) => this with { Actions = [.. earlier, .. Actions] };
}
