using System.Net;
using System.Runtime.InteropServices;
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

    private const int ChunkBits = 10;
    private const int Foreign = -1; // in place of the number of a prefix that the speaker does not know

    /// <summary>More are not remembered.</summary>
    private const int MostWays = 4096;

    /// <summary>In rounds: the whole table is compared so often, whatever was heard.</summary>
    private const int FullCompare = 100;

    private readonly Chunks<Wanted> _wanted = new(ChunkBits); // by the speaker's numbers of the prefixes
    private readonly Dictionary<BestRoute, Way> _ways = []; // many routes go the same way
    private readonly Dictionary<IPNetwork, Route> _adopted = [];
    private readonly HashSet<int> _refused = [];
    private readonly List<Change> _changes = [];
    private readonly List<int> _numbers = []; // of what is to be changed, one each
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
            foreach (var number in WantedNumbers)
                Note(number, Change.Remove(Make(number)));
            Apply();
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
        Apply();
        return read < Batch;
    }

    private void Take(Learned learned)
    {
        _wanted.MakeRoom(learned.Number + 1);
        ref var wanted = ref _wanted[learned.Number];
        if (_refused.Count > 0)
            _refused.Remove(learned.Number);
        if (learned.Route is null)
        {
            if (wanted.Way is { } gone)
                Note(Foreign, Change.Remove(Make(learned.Prefix, gone)));
            wanted = default;
            return;
        }

        var way = WayOf(learned.Route);
        wanted = new() { Prefix = new(learned.Prefix), Way = way };
        var route = Make(learned.Prefix, way);
        if (_adopted.Count > 0 && _adopted.Remove(learned.Prefix, out var old) && old.Equals(route))
            return;

        Note(learned.Number, Change.Put(route));
    }

    private IEnumerable<int> WantedNumbers => Enumerable.Range(0, _wanted.Room).Where(number => _wanted[number].Way is not null);

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

    private Route Make(int number) => _wanted[number] is { Prefix: var prefix, Way: { } way } ? Make(prefix.ToNetwork(), way) : throw new InvalidOperationException("it is wanted");

    /// <param name="number">Of what is to be tried again if the kernel refuses it.</param>
    /// <param name="change">To be made by <see cref="Apply"/>.</param>
    private void Note(int number, Change change)
    {
        _changes.Add(change);
        _numbers.Add(number);
    }

    private void Apply()
    {
        var at = 0;
        foreach (var number in _refused.Count > 0 ? _numbers : [])
            _refused.Remove(number);
        foreach (var refusal in socket.Routes.Apply(_changes))
        {
            while (!ReferenceEquals(_changes[at].Route, refusal.Change.Route)) // they come in the order of the changes
                at++;
            if (_numbers[at] != Foreign && _refused.Add(_numbers[at]))
                Refused(log, refusal.Error.Message);
        }

        _changes.Clear();
        _numbers.Clear();
    }

    /// <summary>What an earlier run left and nobody announces any more.</summary>
    private void Sweep()
    {
        foreach (var route in _adopted.Values)
            Note(Foreign, Change.Remove(route));
        Apply();
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
            foreach (var number in WantedNumbers)
            {
                var route = Make(number);
                if (!(present.TryGetValue(route.Destination, out var there) && there.Equals(route)))
                    Note(number, Change.Put(route));
            }
        }
        else
        {
            foreach (var number in _refused)
                Note(number, Change.Put(Make(number)));
        }

        Apply();
    }

    /// <summary>The way to a next hop is another: so are the routes by it.</summary>
    private void Remake()
    {
        _lastWay = null;
        _ways.Clear();
        foreach (var number in WantedNumbers)
        {
            ref var wanted = ref _wanted[number];
            var before = wanted.Way;
            wanted.Way = before is null ? null : WayOf(before.Learned);
            if (wanted.Way?.Hops.AsSpan().SequenceEqual(before?.Hops) == false)
                Note(number, Change.Put(Make(number)));
        }

        Apply();
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

    /// <summary>No way: nothing is wanted.</summary>
    [StructLayout(LayoutKind.Auto)]
    private struct Wanted
    {
        public Prefix Prefix;
        public Way? Way;
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "A route waits until the kernel takes it: {Reason}")]
    private static partial void Refused(ILogger log, string reason);
}
