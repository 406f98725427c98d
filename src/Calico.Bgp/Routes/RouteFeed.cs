using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Runtime.InteropServices;
using System.Threading.Channels;
using Calico.Bgp.Attributes;
using Calico.Bgp.Values;

namespace Calico.Bgp.Routes;

/// <summary>Passes the choice of routes on to the speaker's user, who may be slow: what is not yet read waits here, a prefix once and at its latest.</summary>
/// <remarks>
/// The speaker's loop offers, one reader reads. What waits stands in a ring, and by an entry's number it is known where; the RIB keeps the number for that long.
/// Routes that are equal are one object.
/// </remarks>
internal sealed class RouteFeed(Rib rib) : ChannelReader<RouteChange>
{
    private const int ChunkBits = 12;

    private readonly NumberTable<BestRoute> _known = new();
    private readonly Chunks<int> _offered = new(ChunkBits); // numbers of what the user was last offered, by those of the entries; 0 for nothing
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly Lock _gate = new(); // guards the fields below
    private readonly Chunks<uint> _places = new(ChunkBits); // where an entry last stood in the ring, by its number
    private readonly List<int> _read = []; // numbers that the reader needs no longer
    private Waiting[] _ring = new Waiting[16];
    private uint _head; // of the ring; it and the two below count on for ever
    private uint _visible; // what stands from here on is not yet to be read
    private uint _tail;
    private int _count;
    private TaskCompletionSource<bool>? _reader;
    private bool _ended;

    private PathAttributes? _lastAttributes;
    private BestRoute? _last;

    /// <summary>False where nobody reads: then nothing is made ready for reading.</summary>
    public bool IsWanted { get; init; } = true;

    public override Task Completion => _completion.Task;

    public override bool CanCount => true;

    /// <summary>How many can be read.</summary>
    public override int Count
    {
        get
        {
            lock (_gate)
            {
                var count = 0;
                for (var at = _head; at != _visible; at++)
                    count += At(at).IsVoid ? 0 : 1;
                return count;
            }
        }
    }

    /// <summary>Offers what was chosen for these, as far as it is news to the user: to be read after <see cref="Publish"/>.</summary>
    public void Offer(List<int> numbers)
    {
        if (!IsWanted)
            return;

        lock (_gate)
        {
            ReleaseRead();
            foreach (var number in numbers)
                Offer(number);
        }
    }

    /// <summary>What was offered can be read from now on: the reader is woken once for all of it.</summary>
    public void Publish()
    {
        lock (_gate)
        {
            ReleaseRead();
            if (_visible == _tail)
                return;

            _visible = _tail;
            Wake(hasMore: true);
        }
    }

    /// <summary>Nothing is offered any more.</summary>
    public void Complete()
    {
        lock (_gate)
        {
            (_ended, _visible) = (true, _tail);
            if (_count == 0)
                _completion.TrySetResult();
            SkipVoid();
            Wake(hasMore: _count > 0);
        }
    }

    public override bool TryRead([MaybeNullWhen(false)] out RouteChange item)
    {
        item = null;
        Waiting read;
        lock (_gate)
        {
            SkipVoid();
            if (_head == _visible)
                return false;

            read = At(_head);
            At(_head++) = default;
            _read.Add(read.Number);
            if (--_count == 0 && _ended)
                _completion.TrySetResult();
        }

        item = new(read.Prefix.ToNetwork(), read.Route);
        return true;
    }

    public override ValueTask<bool> WaitToReadAsync(CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            SkipVoid();
            if (_head != _visible || _ended)
                return new(_head != _visible);

            _reader ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
            return new(_reader.Task.WaitAsync(cancellationToken));
        }
    }

    private void Offer(int number)
    {
        var route = Describe(rib.BestOf(number), rib.MultipathOf(number));
        _offered.MakeRoom(number + 1);
        _places.MakeRoom(number + 1);
        ref var offered = ref _offered[number];
        var now = route is null ? 0 : _known.Use(route);
        if (now == offered)
        {
            _known.Release(now); // nothing that the user can see has changed
            return;
        }

        Enqueue(number, _known[now], isFollowing: offered != 0);
        _known.Release(offered);
        offered = now;
    }

    private void Enqueue(int number, BestRoute? route, bool isFollowing)
    {
        var place = _places[number];
        ref var waiting = ref At(place);
        if (place - _head >= _tail - _head || waiting.Number != number)
        {
            Append(new(rib.PrefixOf(number), number, route, isFollowing));
            return;
        }

        // The number of a void one may be that of another prefix by now.
        var (was, isNow) = (!waiting.IsVoid, waiting with { Prefix = rib.PrefixOf(number), Route = route });
        waiting = isNow;
        if (was == !isNow.IsVoid)
            return;

        _count += was ? -1 : 1;
        if (was)
            rib.Release(number);
        else
            rib.Hold(number);
    }

    private void Append(in Waiting waiting)
    {
        if (_tail - _head == _ring.Length)
        {
            var larger = new Waiting[_ring.Length * 2];
            for (var at = _head; at != _tail; at++)
                larger[at & (larger.Length - 1)] = At(at);
            _ring = larger;
        }

        _places[waiting.Number] = _tail;
        At(_tail++) = waiting;
        _count++;
        rib.Hold(waiting.Number);
    }

    private ref Waiting At(uint place) => ref _ring[place & (_ring.Length - 1)];

    private void SkipVoid()
    {
        while (_head != _visible && At(_head).IsVoid)
            _head++;
    }

    private void ReleaseRead()
    {
        foreach (var number in _read)
            rib.Release(number);
        _read.Clear();
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

        var preference = DecisionProcess.LocalPreference(attributes);
        if (multipath is not null)
            return new(multipath.Select(path => path.Attributes?.NextHop).OfType<IPAddress>().Distinct().ToValueArray(), source.Name, preference);

        // Neighbours in an UPDATE share their route, and most others of the peer have one that is equal.
        if (ReferenceEquals(_lastAttributes, attributes) && ReferenceEquals(_last?.Peer, source.Name))
            return _last;

        _lastAttributes = attributes;
        if (_last is not { NextHops: { Count: 1 } hops, Peer: var peer } || _last.LocalPreference != preference || peer != source.Name || !hops[0].Equals(attributes.NextHop))
            _last = new([attributes.NextHop], source.Name, preference);
        return _last;
    }

    /// <param name="Prefix">Of the entry, which keeps its number as long as this is not void.</param>
    /// <param name="IsFollowing">The user knows of another route to the prefix.</param>
    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Waiting(Prefix Prefix, int Number, BestRoute? Route, bool IsFollowing)
    {
        /// <summary>The user need not be told: the route has come and gone.</summary>
        public bool IsVoid => Route is null && !IsFollowing;
    }
}
