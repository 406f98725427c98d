using System.Globalization;
using System.Text;
using Calico.Bgp;
using Calico.Bgp.Session;
using Calico.Model.Hosts;

namespace Calico.Node.Metrics;

/// <summary>BGP in Prometheus's text form: pure.</summary>
internal static class BgpMetrics
{
    private static readonly (string Name, string Type, string Help, Func<PeerSnapshot, double> Value)[] OfPeer =
    [
        ("calico_bgp_peer_up", "gauge", "1 while the session is established.", peer => peer.State == SessionState.Established ? 1 : 0),
        ("calico_bgp_peer_sessions_total", "counter", "How often the session was established.", peer => peer.TimesEstablished),
        ("calico_bgp_peer_routes_received", "gauge", "Routes held from the peer, those that the policy refuses included.", peer => peer.RoutesReceived),
        ("calico_bgp_peer_routes_sent", "gauge", "Routes that the peer has been told.", peer => peer.RoutesSent),
        ("calico_bgp_peer_routes_stale", "gauge", "1 while the peer is away and its routes are kept.", peer => peer.RoutesAreStale ? 1 : 0),
        ("calico_bgp_peer_updates_received_total", "counter", "UPDATE messages from the peer.", peer => peer.UpdatesReceived),
        ("calico_bgp_peer_updates_faulty_total", "counter", "UPDATE messages that were faulty but did not end the session (RFC 7606).", peer => peer.FaultyUpdates),
        ("calico_bgp_peer_since_seconds", "gauge", "When the session came to its state, in seconds of the epoch.", peer => peer.Since.ToUnixTimeSeconds()),
    ];

    /// <param name="learned">How many prefixes there is a learned route to.</param>
    public static string Write(IReadOnlyList<(PeerSnapshot Session, BgpPeeringType Type)> peers, int learned)
    {
        var text = new StringBuilder();
        foreach (var (name, type, help, value) in OfPeer)
        {
            text.Append($"# HELP {name} {help}\n# TYPE {name} {type}\n");
            foreach (var (session, kind) in peers)
                text.Append(CultureInfo.InvariantCulture, $"{name}{{{Labels(session, kind)}}} {value(session)}\n");
        }

        text.Append("# HELP calico_bgp_peer_bfd_up 1 while BFD with the peer is up; absent without BFD.\n# TYPE calico_bgp_peer_bfd_up gauge\n");
        foreach (var (session, kind) in peers.Where(peer => peer.Session.Bfd is not null))
            text.Append($"calico_bgp_peer_bfd_up{{{Labels(session, kind)}}} {(session.Bfd == "Up" ? 1 : 0)}\n");
        text.Append("# HELP calico_bgp_routes_learned Prefixes with a learned route.\n# TYPE calico_bgp_routes_learned gauge\n");
        return text.Append(CultureInfo.InvariantCulture, $"calico_bgp_routes_learned {learned}\n").ToString();
    }

    private static string Labels(PeerSnapshot peer, BgpPeeringType type) => $"peer=\"{Quoted(peer.Name)}\",address=\"{peer.Address}\",asn=\"{peer.As}\",type=\"{type}\"";

    private static string Quoted(string text) => text.Replace("\\", @"\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
}
