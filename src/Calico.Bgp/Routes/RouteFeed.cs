using System.Net;
using System.Threading.Channels;
using Calico.Bgp.Attributes;
using Calico.Bgp.Values;

namespace Calico.Bgp.Routes;

/// <summary>Passes the choice of routes on to the speaker's user, who may be slow: what is not yet read waits here, a prefix once and at its latest.</summary>
/// <remarks>The speaker's loop offers, one reader reads.</remarks>
internal sealed class RouteFeed : ChannelReader<RouteChange>
{
    private const int ChunkBits = 10;

    private readonly Chunks<BestRoute?> _offered = new(ChunkBits); // by the entries' numbers
    private readonly List<(Prefix Prefix, BestRoute? Route)> _fresh = [];
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new(); // guards the fields below
    private readonly Queue<Prefix> _order = [];
    private readonly Dictionary<Prefix, BestRoute?> _waiting = [];
    private TaskCompletionSource<bool>? _reader;
    private bool _ended;

    private PathAttributes? _lastAttributes;
    private BestRoute? _last;

    /// <summary>False where nobody reads: then nothing is made ready for reading.</summary>
    public bool IsWanted { get; init; } = true;

    public override Task Completion => _completion.Task;

    public override bool CanCount => true;

    public override int Count
    {
        get
        {
            lock (_gate)
                return _order.Count;
        }
    }

    public void Offer(in RibEntry entry) => Offer(entry.Number, entry.Prefix, entry.Best, entry.Multipath);

    /// <param name="number">The entry's, so that the user is told only what is news to it.</param>
    public void Offer(int number, in Prefix prefix, in Choice best, Choice[]? multipath)
    {
        if (!IsWanted)
            return;

        var route = Describe(best, multipath);
        _offered.MakeRoom(number + 1);
        if (Equals(route, _offered[number]))
            return; // nothing that the user can see has changed

        _offered[number] = route;
        _fresh.Add((prefix, route));
    }

    /// <summary>What was offered can be read from now on: the reader is woken once for all of it.</summary>
    public void Publish()
    {
        if (_fresh.Count == 0)
            return;

        lock (_gate)
        {
            foreach (var (prefix, route) in _fresh)
            {
                if (_waiting.TryAdd(prefix, route))
                    _order.Enqueue(prefix);
                else
                    _waiting[prefix] = route;
            }

            Wake(hasMore: true);
        }

        _fresh.Clear();
    }

    /// <summary>Nothing is offered any more.</summary>
    public void Complete()
    {
        lock (_gate)
        {
            _ended = true;
            if (_order.Count == 0)
                _completion.TrySetResult();
            Wake(hasMore: false);
        }
    }

    public override bool TryRead([System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out RouteChange item)
    {
        Prefix prefix;
        BestRoute? route;
        lock (_gate)
        {
            item = null;
            if (!_order.TryDequeue(out prefix) || !_waiting.Remove(prefix, out route))
                return false;
            if (_ended && _order.Count == 0)
                _completion.TrySetResult();
        }

        item = new(prefix.ToNetwork(), route);
        return true;
    }

    public override ValueTask<bool> WaitToReadAsync(CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            if (_order.Count > 0 || _ended)
                return new(_order.Count > 0);

            _reader ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
            return new(_reader.Task.WaitAsync(cancellationToken));
        }
    }

    private void Wake(bool hasMore)
    {
        _reader?.TrySetResult(hasMore);
        _reader = null;
    }

    /// <summary>Routes of our own are not learned, so for the user there is none.</summary>
    private BestRoute? Describe(in Choice best, Choice[]? multipath)
    {
        if (best is not { Source: { IsLocal: false } source, Attributes: { } attributes })
            return null;

        if (multipath is null && ReferenceEquals(_lastAttributes, attributes) && _last?.Peer == source.Name)
            return _last; // neighbours in an UPDATE share their route

        var nextHops = multipath is not null
            ? multipath.Select(path => path.Attributes?.NextHop).OfType<IPAddress>().Distinct().ToValueArray()
            : [attributes.NextHop];
        var route = new BestRoute(nextHops, source.Name, DecisionProcess.LocalPreference(attributes));
        if (multipath is null)
            (_lastAttributes, _last) = (attributes, route);
        return route;
    }
}
