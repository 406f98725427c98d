using System.Collections.Immutable;
using System.Net;
using Calico.Bgp.Messages;
using Calico.Bgp.Session;
using Calico.Bgp.Values;

namespace Calico.Tests.Bgp;

/// <summary>Two of our state machines that call each other at once, in every order in which what they send can arrive.</summary>
/// <remarks>
/// A connection is named by the side that made it, and either side numbers it so. Each direction of it is a queue, as TCP is; between queues
/// anything may overtake. Timers run out only where nothing else can happen.
/// </remarks>
internal sealed class CollisionOfTwo(bool graceful)
{
    private const int Closed = -1, NotYet = 0, Open = 1;

    private readonly SessionTerms[] _terms = [Terms("10.0.0.5", graceful), Terms("10.0.0.9", graceful)];
    private readonly HashSet<string> _seen = [];
    private readonly HashSet<(int? Ours, int? Theirs)> _ends = [];

    /// <summary>The connections that the two are established on when nothing is left to happen.</summary>
    public IReadOnlyCollection<(int? Ours, int? Theirs)> EveryEnd()
    {
        var start = new World([SessionProgress.Initial, SessionProgress.Initial], [NotYet, NotYet, NotYet, NotYet], [[], [], [], []]);
        Explore(Happens(Happens(start, 0, new SessionEvent.Start()), 1, new SessionEvent.Start()));
        return _ends;
    }

    private void Explore(World world)
    {
        var left = new Stack<World>([world]);
        while (left.TryPop(out var now))
        {
            if (!_seen.Add(now.Key))
                continue;

            var next = Next(now).ToList();
            if (next.Count == 0)
                next = [.. Expiries(now)];
            if (next.Count == 0)
                _ends.Add((now.Sides[0].Established?.Link, now.Sides[1].Established?.Link));
            next.ForEach(left.Push);
        }
    }

    private IEnumerable<World> Next(World now)
    {
        for (var side = 0; side < 2; side++)
        {
            for (var link = 0; link < 2; link++)
            {
                var end = End(side, link);
                if (now.Ends[end] == NotYet)
                    yield return Happens(now with { Ends = now.Ends.SetItem(end, Open) }, side, link == side ? new SessionEvent.Connected(link) : new SessionEvent.Accepted(link));
                else if (now.Ends[end] == Open && !now.Queues[end].IsEmpty)
                    yield return Receives(now, side, link);
            }
        }
    }

    private IEnumerable<World> Expiries(World now) =>
        from side in new[] { 0, 1 }
        from link in now.Sides[side].Links
        where link.AwaitsChoice
        select Happens(now, side, new SessionEvent.HoldExpired(link.Link));

    private World Receives(World now, int side, int link)
    {
        var end = End(side, link);
        var message = now.Queues[end].Peek();
        now = now with { Queues = now.Queues.SetItem(end, now.Queues[end].Dequeue()) };
        return Happens(now, side, message is null ? new SessionEvent.Lost(link, "closed") : new SessionEvent.Received(link, message));
    }

    private World Happens(World now, int side, SessionEvent happened)
    {
        var (next, actions) = SessionMachine.Handle(now.Sides[side], happened, _terms[side]);
        now = now with { Sides = now.Sides.SetItem(side, next) };
        return actions.Aggregate(now, (world, action) => action switch
        {
            SessionAction.Send send => Put(world, side, send.Link, send.Message),
            SessionAction.Close close => Ends(world, side, close.Link),
            SessionAction.CancelDial when world.Ends[End(side, side)] == NotYet => Ends(world, side, side),
            _ => world,
        });
    }

    private static World Ends(World now, int side, int link) => Put(now with { Ends = now.Ends.SetItem(End(side, link), Closed) }, side, link, null);

    private static World Put(World now, int side, int link, BgpMessage? message)
    {
        var end = End(1 - side, link);
        return now with { Queues = now.Queues.SetItem(end, now.Queues[end].Enqueue(message)) };
    }

    private static int End(int side, int link) => 2 * side + link;

    private static SessionTerms Terms(string identifier, bool graceful) => new(
        new(64512, 90, IPAddress.Parse(identifier),
        [
            new Capability.Multiprotocol(Family.IPv4Unicast),
            .. graceful ? new Capability[] { new Capability.GracefulRestart(false, TimeSpan.FromSeconds(120), [new(Family.IPv4Unicast, true)]) } : [],
        ]),
        64512,
        Passive: false,
        TimeSpan.FromSeconds(5));

    /// <param name="Ends">Of each connection, on either side.</param>
    /// <param name="Queues">What is under way to each end; null: the other has closed.</param>
    private sealed record World(ImmutableArray<SessionProgress> Sides, ImmutableArray<int> Ends, ImmutableArray<ImmutableQueue<BgpMessage?>> Queues)
    {
        public string Key => string.Join('|',
        [
            .. Sides.Select(side => $"{side.Calling} {string.Join(',', side.Links.Select(link => $"{link.Link}{link.State}{link.IsSuccessor}{link.AwaitsChoice}"))}"),
            .. Ends.Select(end => $"{end}"),
            .. Queues.Select(queue => string.Join(',', queue.Select(message => message switch { null => "-", NotificationMessage => "n", _ => message.GetType().Name }))),
        ]);
    }
}
