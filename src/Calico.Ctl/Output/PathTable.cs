using System.Text;
using Calico.Model.Hosts;

namespace Calico.Ctl.Output;

/// <summary>The text of <c>calicoctl bgp routes</c> and <c>bgp why</c>.</summary>
internal static class PathTable
{
    private static readonly string[] Headings = ["", "PREFIX", "NEXT HOP", "FROM", "AS PATH", "PREF", "MED", "COMMUNITIES"];

    public static string Write(IReadOnlyList<BgpPath> paths) => paths.Count == 0
        ? "No paths.\n"
        : PaddedTable.Write(Headings, [.. paths.Select(Row)]);

    public static string Write(BgpExplanation explanation)
    {
        var text = new StringBuilder();
        if (explanation.Paths.Count == 0)
            text.Append($"BGP knows no path to {explanation.Prefix}: no peer has sent one, and it is none of this node's own.\n");
        foreach (var path in explanation.Paths)
        {
            text.Append($"{(path.IsBest ? "chosen" : path.IsMultipath ? "shares " : "not    ")} {path.Prefix} via {path.NextHop} from {path.Peer}");
            text.Append(path.AsPath.Length == 0 ? "" : $", AS path {path.AsPath}").Append(path.LocalPreference is { } preference ? $", preference {preference}" : "");
            text.Append(path.IsStale ? ", stale: the peer is away" : "").Append(path.Decision is { } decision ? $"\n        {decision}" : "").Append('\n');
        }

        foreach (var route in explanation.Kernel)
            text.Append($"kernel  {route}\n");
        if (explanation.Kernel.Count == 0)
            text.Append($"kernel  has no route to exactly this prefix{(explanation.Covering is { } covering ? $"; what goes there takes {covering}" : "")}\n");
        return text.ToString();
    }

    private static IReadOnlyList<string> Row(BgpPath path) =>
    [
        (path.IsBest ? "*" : path.IsMultipath ? "=" : "") + (path.IsStale ? "s" : ""),
        path.Prefix.ToString(),
        path.NextHop.ToString(),
        path.Peer,
        path.AsPath,
        path.LocalPreference?.ToString() ?? "",
        path.Med?.ToString() ?? "",
        string.Join(' ', path.Communities),
    ];
}
