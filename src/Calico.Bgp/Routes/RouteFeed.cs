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

    private readonly Channel<RouteChange> _channel = Channel.CreateBounded<RouteChange>(Capacity);
    private readonly Dictionary<Prefix, BestRoute?> _waiting = [];
    private bool _asked;
    private PathAttributes? _lastAttributes;
    private BestRoute? _last;

    public ChannelReader<RouteChange> Reader => _channel.Reader;

    /// <summary>All that was offered can be read.</summary>
    public bool IsFlushed => _waiting.Count == 0;

    public void Offer(ref RibEntry entry)
    {
        if (!IsWanted)
            return;

        var route = Describe(entry);
        if (Equals(route, entry.Offered))
            return; // nothing that the user can see has changed

        entry.Offered = route;
        if (_waiting.Count > 0 || !_channel.Writer.TryWrite(new(entry.Prefix.ToNetwork(), route)))
            _waiting[entry.Prefix] = route;
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
    private BestRoute? Describe(in RibEntry entry)
    {
        if (entry.Best is not { Source: { IsLocal: false } source, Attributes: { } attributes })
            return null;

        if (entry.Multipath is null && ReferenceEquals(_lastAttributes, attributes) && _last?.Peer == source.Name)
            return _last; // neighbours in an UPDATE share their route

        var nextHops = entry.Multipath is { } multipath
            ? multipath.Select(path => path.Attributes?.NextHop).OfType<System.Net.IPAddress>().Distinct().ToValueArray()
            : [attributes.NextHop];
        var route = new BestRoute(nextHops, source.Name, DecisionProcess.LocalPreference(attributes));
        if (entry.Multipath is null)
            (_lastAttributes, _last) = (attributes, route);
        return route;
    }
}
