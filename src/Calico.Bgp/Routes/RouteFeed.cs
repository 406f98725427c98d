using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Runtime.InteropServices;
using System.Threading.Channels;
using Calico.Bgp.Attributes;
using Calico.Bgp.Values;

namespace Calico.Bgp.Routes;

/// <summary>Passes the choice of routes on to the speaker's user, who may be slow: what is not yet read waits here, a prefix once and at its latest.</summary>
/// <remarks>
/// The speaker's loop offers, one reader reads. What waits is only the number of an entry, which the RIB keeps for that long; routes that are equal are one object.
/// </remarks>
internal sealed class RouteFeed(Rib rib) : ChannelReader<RouteChange>
{
    private const int ChunkBits = 12;

    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new(); // guards the fields below
    private readonly NumberTable<BestRoute> _known = new();
    private readonly Chunks<State> _states = new(ChunkBits); // by the entries' numbers
    private readonly Queue<int> _waiting = [];
    private readonly List<int> _read = []; // the reader needs these numbers no longer
    private int _hidden; // the last so many are not yet to be read
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
                return _waiting.Take(_waiting.Count - _hidden).Count(number => _states[number].IsNews);
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
            if (_hidden == 0)
                return;

            _hidden = 0;
            Wake(hasMore: true);
        }
    }

    /// <summary>Nothing is offered any more.</summary>
    public void Complete()
    {
        lock (_gate)
        {
            (_ended, _hidden) = (true, 0);
            Wake(hasMore: HasNews());
        }
    }

    public override bool TryRead([MaybeNullWhen(false)] out RouteChange item)
    {
        int number;
        Prefix prefix;
        BestRoute? route;
        lock (_gate)
        {
            item = null;
            if (!HasNews())
                return false;

            number = _waiting.Dequeue();
            prefix = rib.PrefixOf(number);
            _read.Add(number);
            ref var state = ref _states[number];
            _known.Release(state.Told);
            state.Told = _known.Use(state.Offered);
            state.IsWaiting = false;
            route = _known[state.Told];
            _ = _ended && HasNews(); // completes with the last
        }

        item = new(prefix.ToNetwork(), route) { Number = number };
        return true;
    }

    public override ValueTask<bool> WaitToReadAsync(CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            if (HasNews() || _ended)
                return new(HasNews());

            _reader ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
            return new(_reader.Task.WaitAsync(cancellationToken));
        }
    }

    private void Offer(int number)
    {
        _states.MakeRoom(number + 1);
        ref var state = ref _states[number];
        var before = state.Offered;
        state.Offered = Describe(rib.BestOf(number), rib.MultipathOf(number)) is { } route ? _known.Use(route) : 0;
        _known.Release(before);
        if (state.IsWaiting || !state.IsNews)
            return;

        state.IsWaiting = true;
        _waiting.Enqueue(number);
        _hidden++;
        rib.Hold(number);
    }

    /// <summary>Passes over what has come and gone, or is again what the user knows.</summary>
    /// <returns>True if the next that waits can be read.</returns>
    private bool HasNews()
    {
        while (_waiting.Count > _hidden && _waiting.Peek() is var number)
        {
            if (_states[number].IsNews)
                return true;

            _states[number].IsWaiting = false;
            _read.Add(_waiting.Dequeue());
        }

        if (_ended)
            _completion.TrySetResult();
        return false;
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

    /// <summary>What the user is offered of an entry, and knows of it: numbers of routes, 0 for none.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct State
    {
        public int Offered;
        public int Told;
        public bool IsWaiting;

        public readonly bool IsNews => Offered != Told;
    }
}
