using System.Text;
using Calico.Ctl.Output;
using Calico.Model.Hosts;

namespace Calico.Ctl.NodeProcess;

/// <summary>The text of <c>calicoctl node status</c>.</summary>
internal static class StatusReport
{
    private static readonly string[] Headings = ["PEER ADDRESS", "PEER TYPE", "STATE", "SINCE", "INFO"];

    public static string Write(NodeStatus status, TimeProvider time)
    {
        var text = new StringBuilder("Calico process is running.\n");
        if (!status.Ready)
            text.Append($"Not ready yet: {status.Datastore}\n");
        else if (status.Datastore != NodeStatus.InSync)
            text.Append($"Datastore {status.Datastore}\n");
        foreach (var problem in status.Problems)
            text.Append($"Problem: {problem}\n");

        AppendPeers(text, "IPv4", [.. status.Peers.Where(peer => peer.IsIPv4)], time);
        AppendPeers(text, "IPv6", [.. status.Peers.Where(peer => !peer.IsIPv4)], time);
        return text.ToString();
    }

    private static void AppendPeers(StringBuilder text, string family, IReadOnlyList<PeerStatus> peers, TimeProvider time)
    {
        text.Append($"\n{family} BGP status\n");
        if (peers.Count == 0)
            text.Append($"No {family} peers found.\n");
        else
            text.Append(BoxTable.Write(Headings, [.. peers.Select(peer => Row(peer, time))]));
    }

    private static string[] Row(PeerStatus peer, TimeProvider time) => [peer.Address.ToString(), peer.Type, peer.State, Since(peer.Since, time), peer.Info];

    /// <summary>As BIRD prints it: the time of day for a day, then the date.</summary>
    private static string Since(DateTimeOffset since, TimeProvider time)
    {
        var local = TimeZoneInfo.ConvertTime(since, time.LocalTimeZone);
        return local.ToString(time.GetUtcNow() - since < TimeSpan.FromDays(1) ? "HH:mm:ss" : "yyyy-MM-dd");
    }
}
