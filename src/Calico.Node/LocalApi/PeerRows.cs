using Calico.Bgp;
using Calico.Bgp.Session;
using Calico.Model.Hosts;
using Calico.Model.Values;

namespace Calico.Node.LocalApi;

/// <summary>Says of a BGP session what <c>calicoctl node status</c> prints of it, in BIRD's words: pure.</summary>
internal static class PeerRows
{
    public static PeerStatus Make(PeerSnapshot session, BgpPeeringType type) => new()
    {
        Address = session.Address,
        Type = type switch
        {
            BgpPeeringType.Mesh => "node-to-node mesh",
            BgpPeeringType.Node => "node specific",
            _ => "global",
        },
        State = session.State == SessionState.Established ? "up" : "start",
        Since = session.Since,
        Name = session.Name,
        As = session.As,
        RoutesReceived = session.RoutesReceived,
        RoutesSent = session.RoutesSent,
        HoldTime = session.State == SessionState.Established ? (int)session.HoldTime.TotalSeconds : null,
        Bfd = session.Bfd,
        LastFailure = session.LastFailure,
        LastFailureAt = session.LastFailureAt,
        TimesEstablished = session.TimesEstablished,
        Agreed = session.Agreed.ToValueList(),
        Info = session.State == SessionState.Established || session.LastError is null
            ? session.State.ToString()
            : $"{session.State}: {session.LastError}",
    };
}
