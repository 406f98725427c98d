using System.Net;
using Calico.Model.Hosts;
using Calico.Netlink;
using Calico.Netlink.Nftables;
using Calico.Netlink.Routing;

namespace Calico.Dataplane.Paths;

/// <summary>What of a host, beside policy, a packet meets on its way: forwarding, the reverse-path check, routes, and the tables of others.</summary>
/// <remarks>Reads only. Must run in the namespace that it is about, for the sysctls are those of the calling thread's.</remarks>
public static class PathCheck
{
    private const string OwnPrefix = "calico";

    private const string LegacyTables = "/proc/net/ip_tables_names";

    /// <param name="packet">Its interfaces need not be given: the routes tell.</param>
    /// <param name="inside">The namespace; null for that of the calling thread.</param>
    /// <exception cref="NetlinkException">The kernel cannot be asked.</exception>
    public static IReadOnlyList<PathFinding> Run(PathPacket packet, NetworkNamespace? inside = null)
    {
        using var routes = RouteSocket.Open(inside);
        using var tables = NftSocket.Open(inside);
        var findings = new List<PathFinding>();
        var (back, on) = (routes.Routes.Match(packet.Source), routes.Routes.Match(packet.Destination));
        var links = routes.Links.List().ToDictionary(link => link.Index, link => link);
        packet = packet with { InterfaceIn = Name(back, links), InterfaceOut = Name(on, links) };
        if (back is not null && back.Kind != RouteKind.Local && on is not null && on.Kind != RouteKind.Local)
            AddForwarding(packet, findings);

        AddSource(packet, back, links, findings);
        AddRoute("to", packet.Destination, on, links, findings);
        findings.AddRange(Foreign(packet, back, on, tables));
        return findings;
    }

    private static void AddForwarding(PathPacket packet, List<PathFinding> findings)
    {
        var setting = packet.IsIPv4 ? "net/ipv4/ip_forward" : "net/ipv6/conf/all/forwarding";
        if (Sysctl.Read(setting) is var value && value != "1")
            findings.Add(new($"{setting} is {value ?? "absent"}: the host passes nothing on", PathEffect.Stops));
    }

    /// <summary>The reverse-path check drops what comes by an interface that the way back does not lead out of (RFC 3704, section 2).</summary>
    private static void AddSource(PathPacket packet, Route? back, Dictionary<int, Link> links, List<PathFinding> findings)
    {
        AddRoute("back to", packet.Source, back, links, findings);
        if (!packet.IsIPv4 || packet.InterfaceIn.Length == 0)
            return;

        var modes = new[] { "all", packet.InterfaceIn }.Select(name => Sysctl.Read($"net/ipv4/conf/{name}/rp_filter")).ToList();
        var mode = modes.Max(text => int.TryParse(text, out var number) ? number : 0);
        if (mode == 1)
            findings.Add(new($"rp_filter is strict: {packet.Source} is taken from {packet.InterfaceIn} only", PathEffect.None));
    }

    private static void AddRoute(string word, IPAddress address, Route? route, Dictionary<int, Link> links, List<PathFinding> findings)
    {
        if (route is null)
        {
            findings.Add(new($"no route {word} {address}", PathEffect.Stops));
            return;
        }

        if (route.Kind == RouteKind.Local)
        {
            findings.Add(new($"{address} is this host's own", PathEffect.None));
            return;
        }

        var ways = route.NextHops.Select(hop =>
            (hop.Gateway is { } gateway ? $"via {gateway} " : "") + (links.TryGetValue(hop.Link, out var link) ? $"dev {link.Name}{(link.HasCarrier ? "" : " (down)")}" : $"dev {hop.Link}"));
        var isUp = route.NextHops.Any(hop => links.TryGetValue(hop.Link, out var link) && link.HasCarrier);
        findings.Add(new($"route {word} {address}: {route.Destination} {string.Join(", ", ways)}", isUp ? PathEffect.None : PathEffect.Stops));
    }

    private static IEnumerable<PathFinding> Foreign(PathPacket packet, Route? back, Route? on, NftSocket socket)
    {
        var hook = (back?.Kind, on?.Kind) switch
        {
            (RouteKind.Local, _) => Hook.Output,
            (_, RouteKind.Local) => Hook.Input,
            _ => Hook.Forward,
        };
        var family = packet.IsIPv4 ? NftFamily.IPv4 : NftFamily.IPv6;
        var foreign = socket.Tables().Where(table => (table.Family == NftFamily.Inet || table.Family == family) && !table.Name.StartsWith(OwnPrefix, StringComparison.Ordinal));
        foreach (var table in foreign)
        {
            if (socket.Read(table) is not { } contents)
                continue;

            foreach (var finding in new ForeignRules(contents.Chains, contents.Rules, packet).At(hook))
                yield return finding with { Text = $"nftables: {finding.Text}" };
        }

        if (File.Exists(LegacyTables) && File.ReadAllText(LegacyTables).Contains("filter", StringComparison.Ordinal))
            yield return new("the old iptables (iptables-legacy) has a filter table, which is not looked into", PathEffect.MayStop);
    }

    private static string Name(Route? route, Dictionary<int, Link> links) =>
        route is { Kind: not RouteKind.Local, NextHops: [var hop, ..] } && links.TryGetValue(hop.Link, out var link) ? link.Name : "";
}
