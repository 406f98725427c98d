using System.Threading.Channels;
using Calico.Bgp.Attributes;
using Calico.Bgp.Values;

namespace Calico.Bgp.Routes;

/// <summary>Passes the choice of routes on to the speaker's user, who may be slow: what does not fit waits here, a prefix once.</summary>
/// <param name="room">Called from any thread when the user has taken some; the loop then calls <see cref="Flush"/>.</param>
internal sealed class RouteFeed(Action room)
{
    /// <summary>False where nobody reads: then nothing is made ready for reading.</summary>
    public bool IsWanted { get; init; } = true;

    private const int Capacity = 1024;
    private const int ChunkBits = 10;

    private readonly Channel<RouteChange> _channel = Channel.CreateBounded<RouteChange>(Capacity);
    private readonly Dictionary<Prefix, BestRoute?> _waiting = [];
    private readonly Chunks<BestRoute?> _offered = new(ChunkBits); // by the entries' numbers
    private bool _asked;
    private PathAttributes? _lastAttributes;
    private BestRoute? _last;

    public ChannelReader<RouteChange> Reader => _channel.Reader;

    /// <summary>All that was offered can be read.</summary>
    public bool IsFlushed => _waiting.Count == 0;

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
        if (_waiting.Count > 0 || !_channel.Writer.TryWrite(new(prefix.ToNetwork(), route)))
            _waiting[prefix] = route;
        if (_waiting.Count > 0 && !_asked)
            AskForRoom();
    }

    public void Flush()
    {
        _asked = false;
        foreach (var (prefix, route) in _waiting)
        {
            if (!_channel.Writer.TryWrite(new(prefix.ToNetwork(), route)))
                break;
            _waiting.Remove(prefix);
        }

        if (_waiting.Count > 0)
            AskForRoom();
    }

    public void Complete() => _channel.Writer.TryComplete();

    private void AskForRoom()
    {
        _asked = true;
        _ = WaitAsync();

        async Task WaitAsync()
        {
            if (await _channel.Writer.WaitToWriteAsync())
                room();
        }
    }

    /// <summary>Routes of our own are not learned, so for the user there is none.</summary>
    private BestRoute? Describe(in Choice best, Choice[]? multipath)
    {
        if (best is not { Source: { IsLocal: false } source, Attributes: { } attributes })
            return null;

        if (multipath is null && ReferenceEquals(_lastAttributes, attributes) && _last?.Peer == source.Name)
            return _last; // neighbours in an UPDATE share their route

        var nextHops = multipath is not null
            ? multipath.Select(path => path.Attributes?.NextHop).OfType<System.Net.IPAddress>().Distinct().ToValueArray()
            : [attributes.NextHop];
        var route = new BestRoute(nextHops, source.Name, DecisionProcess.LocalPreference(attributes));
        if (multipath is null)
            (_lastAttributes, _last) = (attributes, route);
        return route;
    }
}
