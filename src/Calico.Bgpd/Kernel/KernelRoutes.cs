using System.Net;
using Calico.Bgp;
using Calico.Bgp.Values;
using Calico.Bgpd.Configuration;
using Calico.Netlink.Routing;
using Microsoft.Extensions.Logging;
using Change = Calico.Netlink.Routing.RouteChange;
using Learned = Calico.Bgp.RouteChange;

namespace Calico.Bgpd.Kernel;

/// <summary>Puts learned routes into the kernel's table and takes them out again: hundreds a system call, apart from the speaker's loop.</summary>
/// <remarks>
/// Ours are those of protocol 12 in our table; no other is touched. What the kernel refuses is tried again every few seconds; what has gone from it,
/// as with a link that went down, is put back.
/// </remarks>
internal sealed partial class KernelRoutes(RouteSocket socket, KernelSettings settings, TimeProvider time, ILogger log)
{
    /// <summary>So few that what is made for a batch is gone before the garbage collector sees it.</summary>
    private const int Batch = 1000;

    private static readonly TimeSpan Round = TimeSpan.FromSeconds(3);

    /// <summary>More are not remembered.</summary>
    private const int MostWays = 4096;

    /// <summary>In rounds: the whole table is compared so often, whatever was heard.</summary>
    private const int FullCompare = 100;

    private readonly Dictionary<Prefix, Way> _wanted = [];
    private readonly Dictionary<BestRoute, Way> _ways = []; // many routes go the same way
    private readonly Dictionary<IPNetwork, Route> _adopted = [];
    private readonly HashSet<IPNetwork> _refused = [];
    private readonly List<Change> _changes = [];
    private volatile bool _linksChanged;
    private Way? _lastWay;

    /// <summary>For the speaker to choose by, and for us to install.</summary>
    public NextHopResolver NextHops { get; } = new(socket.Routes);

    /// <summary>Takes over what an earlier run left.</summary>
    /// <returns>How many routes that is.</returns>
    public int Adopt()
    {
        foreach (var route in List())
            _adopted[route.Destination] = route;
        return _adopted.Count;
    }

    /// <summary>Runs until the speaker has ended.</summary>
    public async Task RunAsync(BgpSpeaker speaker, CancellationToken cancellation)
    {
        using var monitor = RouteMonitor.Open(RouteTopics.Links | RouteTopics.Addresses);
        var listening = ListenAsync(monitor, cancellation);
        using var rounds = new PeriodicTimer(Round, time);
        var round = rounds.WaitForNextTickAsync(CancellationToken.None).AsTask();
        var more = speaker.Routes.WaitToReadAsync(CancellationToken.None).AsTask();
        var (swept, count) = (false, 0);
        while (true)
        {
            await Task.WhenAny(more, round);
            if (more.IsCompleted && !await more)
                break;

            if (round.IsCompleted)
            {
                round = rounds.WaitForNextTickAsync(CancellationToken.None).AsTask();
                Repair(speaker, isFull: ++count % FullCompare == 0);
            }

            var complete = speaker.RestartCompleted.IsCompleted; // asked first: what was learned before it can be read now
            var drained = Take(speaker);
            if (complete && drained && !swept)
            {
                Sweep();
                swept = true;
            }

            if (more.IsCompleted)
                more = speaker.Routes.WaitToReadAsync(CancellationToken.None).AsTask();
        }

        if (!settings.KeepOnExit)
        {
            Apply(_wanted.Select(wanted => Change.Remove(Make(wanted.Key.ToNetwork(), wanted.Value))));
            Sweep();
        }

        await listening;
    }

    /// <returns>True if all that could be read was.</returns>
    private bool Take(BgpSpeaker speaker)
    {
        var read = 0;
        for (; read < Batch && speaker.Routes.TryRead(out var learned); read++)
            Take(learned);
        Apply([]);
        return read < Batch;
    }

    private void Take(Learned learned)
    {
        if (learned.Route is null)
        {
            if (_refused.Count > 0)
                _refused.Remove(learned.Prefix);
            if (_wanted.Remove(new Prefix(learned.Prefix), out var gone))
                _changes.Add(Change.Remove(Make(learned.Prefix, gone)));
            return;
        }

        var way = WayOf(learned.Route);
        var route = Make(learned.Prefix, way);
        _wanted[new Prefix(learned.Prefix)] = way;
        if (_adopted.Count > 0 && _adopted.Remove(learned.Prefix, out var old) && old.Equals(route))
            return;

        _changes.Add(Change.Put(route));
    }

    private Way WayOf(BestRoute learned)
    {
        if (ReferenceEquals(_lastWay?.Learned, learned)) // the speaker's routes that are equal are one object
            return _lastWay;

        if (_ways.Count >= MostWays)
            _ways.Clear(); // those in use are made once more, no harm in that
        if (!_ways.TryGetValue(learned, out _lastWay))
            _ways[learned] = _lastWay = new(learned, Resolve(learned));
        return _lastWay;
    }

    private NextHop[] Resolve(BestRoute learned) => [.. learned.NextHops.Select(NextHops.Resolve).OfType<NextHop>().Distinct()];

    private Route Make(IPNetwork prefix, Way way) => new()
    {
        Destination = prefix,
        Kind = way.Hops.Length == 0 ? RouteKind.Unreachable : RouteKind.Unicast,
        NextHops = way.Hops,
        Protocol = RouteProtocols.Bird,
        Table = settings.Table,
    };

    /// <param name="more">Besides those that wait already.</param>
    private void Apply(IEnumerable<Change> more)
    {
        _changes.AddRange(more);
        foreach (var change in _refused.Count > 0 ? _changes : [])
            _refused.Remove(change.Route.Destination);

        foreach (var refusal in socket.Routes.Apply(_changes))
        {
            if (!refusal.Change.IsRemoval && _refused.Add(refusal.Change.Route.Destination))
                Refused(log, refusal.Error.Message);
        }

        _changes.Clear();
    }

    /// <summary>What an earlier run left and nobody announces any more.</summary>
    private void Sweep()
    {
        Apply(_adopted.Values.Select(Change.Remove));
        _adopted.Clear();
    }

    private void Repair(BgpSpeaker speaker, bool isFull)
    {
        var compare = isFull || _linksChanged;
        _linksChanged = false;
        if (NextHops.Refresh())
        {
            speaker.NextHopsChanged();
            Remake();
        }

        if (compare)
        {
            var present = List().ToDictionary(route => route.Destination);
            Apply(_wanted.Select(wanted => Make(wanted.Key.ToNetwork(), wanted.Value))
                .Where(route => !(present.TryGetValue(route.Destination, out var there) && there.Equals(route)))
                .Select(Change.Put));
        }
        else
        {
            Apply([.. _refused.Select(prefix => Change.Put(Make(prefix, _wanted[new Prefix(prefix)])))]);
        }
    }

    /// <summary>The way to a next hop is another: so are the routes by it.</summary>
    private void Remake()
    {
        _lastWay = null;
        _ways.Clear();
        foreach (var (prefix, before) in _wanted.ToList())
        {
            var now = WayOf(before.Learned);
            _wanted[prefix] = now;
            if (!now.Hops.AsSpan().SequenceEqual(before.Hops))
                _changes.Add(Change.Put(Make(prefix.ToNetwork(), now)));
        }

        Apply([]);
    }

    private IEnumerable<Route> List() => socket.Routes.List(new RouteFilter { Table = settings.Table, Protocol = RouteProtocols.Bird })
        .Where(route => route.Protocol == RouteProtocols.Bird && route.Table == settings.Table);

    private async Task ListenAsync(RouteMonitor monitor, CancellationToken cancellation)
    {
        try
        {
            await foreach (var _ in monitor.ReadAsync(cancellation))
                _linksChanged = true;
        }
        catch (OperationCanceledException)
        {
            // the program ends
        }
    }

    /// <summary>What routes that the speaker chose alike are in the kernel.</summary>
    private sealed record Way(BestRoute Learned, NextHop[] Hops);

    [LoggerMessage(Level = LogLevel.Debug, Message = "A route waits until the kernel takes it: {Reason}")]
    private static partial void Refused(ILogger log, string reason);
}
