using System.Text;
using Calico.Model.Hosts;

namespace Calico.Ctl.Output;

/// <summary>The text of <c>calicoctl bgp peers</c>.</summary>
internal static class PeerTable
{
    /// <summary>A node reports at least once a minute; one that has not for so long is not running, or does not reach the store.</summary>
    private static readonly TimeSpan Silent = TimeSpan.FromMinutes(2.5);

    private static readonly string[] Brief = ["NODE", "PEER ADDRESS", "PEER TYPE", "STATE", "SINCE", "INFO"];

    private static readonly string[] Wide = [.. Brief, "ASN", "RECEIVED", "SENT", "HOLD", "BFD", "LAST ERROR"];

    public static string Write(IReadOnlyList<NodeStatus> statuses, bool isWide, TimeProvider time)
    {
        var text = new StringBuilder();
        foreach (var status in statuses.Where(status => time.GetUtcNow() - status.ReportedAt > Silent))
            text.Append($"Node {status.Node} has not reported for {(int)(time.GetUtcNow() - status.ReportedAt ?? Silent).TotalMinutes} minutes: what is shown of it is how it was then.\n");
        var rows = statuses.SelectMany(status => status.Peers.Select(peer => Row(status, peer, isWide, time))).ToList();
        if (rows.Count == 0)
            text.Append("No node has reported a BGP session.\n");
        else
            text.Append(PaddedTable.Write(isWide ? Wide : Brief, rows));
        return text.ToString();
    }

    private static string[] Row(NodeStatus status, PeerStatus peer, bool isWide, TimeProvider time)
    {
        string[] brief = [status.Node, peer.Address.ToString(), peer.Type, peer.State, Since(peer.Since, time), peer.Info];
        return !isWide ? brief :
        [
            .. brief,
            peer.As?.ToString() ?? "",
            peer.RoutesReceived?.ToString() ?? "",
            peer.RoutesSent?.ToString() ?? "",
            peer.HoldTime is { } hold ? $"{hold}s" : "",
            peer.Bfd ?? "",
            peer.LastFailure is null ? "" : $"{peer.LastFailure} ({Since(peer.LastFailureAt ?? peer.Since, time)})",
        ];
    }

    private static string Since(DateTimeOffset since, TimeProvider time)
    {
        var local = TimeZoneInfo.ConvertTime(since, time.LocalTimeZone);
        return local.ToString(time.GetUtcNow() - since < TimeSpan.FromDays(1) ? "HH:mm:ss" : "yyyy-MM-dd");
    }
}
