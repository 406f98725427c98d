using System.Net;
using Calico.Bgp;
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
    private const int Batch = 4096;

    private static readonly TimeSpan Round = TimeSpan.FromSeconds(3);

    /// <summary>In rounds: the whole table is compared so often, whatever was heard.</summary>
    private const int FullCompare = 100;

    private readonly Dictionary<IPNetwork, (NextHop[] Hops, BestRoute Learned)> _wanted = []; // of each only what many share
    private readonly Dictionary<IPNetwork, Route> _adopted = [];
    private readonly HashSet<IPNetwork> _refused = [];
    private readonly List<Change> _changes = [];
    private volatile bool _linksChanged;
    private BestRoute? _lastRoute;
    private NextHop[] _lastHops = [];

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
            Apply(_wanted.Select(wanted => Change.Remove(Make(wanted.Key, wanted.Value.Hops))));
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
            _refused.Remove(learned.Prefix);
            if (_wanted.Remove(learned.Prefix, out var gone))
                _changes.Add(Change.Remove(Make(learned.Prefix, gone.Hops)));
            return;
        }

        var hops = Resolve(learned.Route);
        var route = Make(learned.Prefix, hops);
        _wanted[learned.Prefix] = (hops, learned.Route);
        if (_adopted.Remove(learned.Prefix, out var old) && old.Equals(route))
            return;

        _changes.Add(Change.Put(route));
    }

    private NextHop[] Resolve(BestRoute learned)
    {
        if (!ReferenceEquals(_lastRoute, learned)) // neighbours in an UPDATE share it
            (_lastRoute, _lastHops) = (learned, [.. learned.NextHops.Select(NextHops.Resolve).OfType<NextHop>().Distinct()]);
        return _lastHops;
    }

    private Route Make(IPNetwork prefix, NextHop[] hops) => new()
    {
        Destination = prefix,
        Kind = hops.Length == 0 ? RouteKind.Unreachable : RouteKind.Unicast,
        NextHops = hops,
        Protocol = RouteProtocols.Bird,
        Table = settings.Table,
    };

    /// <param name="more">Besides those that wait already.</param>
    private void Apply(IEnumerable<Change> more)
    {
        _changes.AddRange(more);
        foreach (var change in _changes)
        {
            if (_refused.Count > 0)
                _refused.Remove(change.Route.Destination);
        }

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
            Apply(_wanted.Select(wanted => Make(wanted.Key, wanted.Value.Hops))
                .Where(route => !(present.TryGetValue(route.Destination, out var there) && there.Equals(route)))
                .Select(Change.Put));
        }
        else
        {
            Apply([.. _refused.Select(prefix => Change.Put(Make(prefix, _wanted[prefix].Hops)))]);
        }
    }

    /// <summary>The way to a next hop is another: so are the routes by it.</summary>
    private void Remake()
    {
        _lastRoute = null;
        foreach (var (prefix, (hops, learned)) in _wanted.ToList())
        {
            var now = Resolve(learned);
            if (now.AsSpan().SequenceEqual(hops))
                continue;

            _wanted[prefix] = (now, learned);
            _changes.Add(Change.Put(Make(prefix, now)));
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

    [LoggerMessage(Level = LogLevel.Debug, Message = "A route waits until the kernel takes it: {Reason}")]
    private static partial void Refused(ILogger log, string reason);
}
