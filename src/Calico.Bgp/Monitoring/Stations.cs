using Calico.Bgp.Messages;
using Calico.Bgp.Network;
using Calico.Bgp.Peers;
using Calico.Bgp.Routes;
using Calico.Bgp.Session;
using Calico.Bgp.Values;

namespace Calico.Bgp.Monitoring;

/// <summary>The stations that are told over BMP, and what they must be told if they connect now. The speaker's loop owns it.</summary>
internal sealed class Stations(SpeakerCore core)
{
    private readonly Dictionary<MonitoringStation, StationFeed> _feeds = [];
    private readonly Dictionary<RouteSource, MonitoredPeer> _peers = [];

    /// <summary>These and no others; one that is the same as before is left alone.</summary>
    public void Want(ValueArray<MonitoringStation> stations)
    {
        foreach (var gone in _feeds.Keys.Except(stations).ToList())
        {
            _feeds.Remove(gone, out var feed);
            feed?.End();
        }

        foreach (var added in stations.Except(_feeds.Keys).ToList())
        {
            var feed = new StationFeed(core, added, _peers);
            _feeds.Add(added, feed);
            feed.Start();
        }
    }

    /// <summary>The peer's session is established.</summary>
    public void Up(Peer peer, Agreement agreed, Link link, OpenMessage received)
    {
        var header = new BmpPeerHeader(peer.Configuration.Address, agreed.PeerAs, agreed.PeerIdentifier, core.Time.GetUtcNow());
        var (local, remote) = link.EndPoints;
        var monitored = new MonitoredPeer(peer, header, agreed.Codec, agreed.Families, BmpMessages.PeerUp(header, local, remote, link.LocalOpen, received));
        _peers[peer.Source] = monitored;
        foreach (var feed in _feeds.Values)
            feed.Up(monitored);
    }

    public void Down(Peer peer, SessionAction.PeerDown down)
    {
        if (!_peers.Remove(peer.Source, out var monitored))
            return;

        foreach (var feed in _feeds.Values)
            feed.Down(monitored, down);
    }

    /// <summary>The peer has sent this, and it has been taken in.</summary>
    public void Heard(Peer peer, UpdateMessage update)
    {
        if (_feeds.Count == 0 || !_peers.TryGetValue(peer.Source, out var monitored))
            return;

        foreach (var feed in _feeds.Values)
            feed.Heard(monitored, update);
    }

    /// <summary>A route of an established peer has gone without its saying so.</summary>
    public void Gone(RouteSource source, in Prefix prefix, uint id)
    {
        if (_feeds.Count == 0 || !_peers.TryGetValue(source, out var monitored))
            return;

        var withdrawal = MonitoredUpdate.Of(attributes: null, [prefix], [id]);
        foreach (var feed in _feeds.Values)
            feed.Gone(monitored, withdrawal);
    }

    /// <summary>The import policy of the peer is another.</summary>
    public void Rejudged(RouteSource source)
    {
        foreach (var feed in _feeds.Values)
            feed.Rejudged(source);
    }
}
