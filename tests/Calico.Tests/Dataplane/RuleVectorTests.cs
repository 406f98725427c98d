using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Calico.Dataplane.Firewall;
using Calico.Model.Hosts;
using Calico.Model.Resources.Specs;
using Calico.Model.Values;
using Calico.Tests.Support;
using static Calico.Tests.Dataplane.HostStates;

namespace Calico.Tests.Dataplane;

/// <summary>Rules of Felix's own tests: both its iptables match and our table are asked about the same packets.</summary>
public sealed partial class RuleVectorTests
{
    private static readonly RulesId Policy = new("GlobalNetworkPolicy", null, "p");

    /// <summary>What the sets of the cases hold here.</summary>
    private static readonly Dictionary<string, string[]> Sets = new()
    {
        ["ipsetid1"] = ["10.0.0.1", "10.0.0.2", "11.0.0.1", "fd00::1", "fd00::2"],
        ["ipsetid2"] = ["10.0.0.2", "11.0.0.1", "fd00::2"],
    };

    public static TheoryData<string> Cases => [.. File.ReadLines(Path.Combine(Repository.Root, "tests/Calico.Tests/Vectors/rules_to_match.jsonl")).Distinct()];

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_rule_matches_the_packets_that_it_matches_in_Felix(string line)
    {
        var row = JsonNode.Parse(line)!.AsObject(); // a row is an object
        var version = row["ip_version"]!.GetValue<int>();
        var host = With(Endpoint("a", "10.0.0.9", "fd00::9") with { Ingress = [new EndpointTier("default", [Policy], RuleAction.Deny)] })
            .WithRules(Policy, [Rule(row["rule"]!.AsObject())])
            .WithSet("ipsetid1", Sets["ipsetid1"])
            .WithSet("ipsetid2", Sets["ipsetid2"]);
        var table = new FirewallRendering().Render(host);
        var chain = Assert.Single(table.Sets[TableNames.ToEndpoint].Elements).Chain ?? "";

        var text = row["expected_iptables"]!.GetValue<string>();
        foreach (var packet in Packets(version))
        {
            var expected = Predicates(text).All(predicate => predicate(packet));
            Assert.True(expected == new TableInterpreter(table).Decide(chain, packet) is Verdict.Accept, $"{text}: {packet}");
        }
    }

    private static IEnumerable<FirewallPacket> Packets(int version) =>
        from source in version == 4 ? new[] { "10.0.0.1", "10.0.0.2", "10.1.0.1", "11.0.0.1" } : ["fd00::1", "fd00::2", "fd00::3"]
        from destination in version == 4 ? new[] { "10.0.0.1", "10.0.0.2", "10.1.0.1", "11.0.0.1" } : ["fd00::1", "fd00::2", "fd00::3"]
        from protocol in new byte[] { 6, 17, 8, version == 4 ? (byte)1 : (byte)58 }
        from number in new ushort[] { 1, 2, 9, 10, 11, 12, 16, 17, 20, 30, 31, 8080 }
        let hasPorts = protocol is 6 or 17
        let isIcmp = protocol is 1 or 58
        select new FirewallPacket
        {
            Source = IPAddress.Parse(source),
            Destination = IPAddress.Parse(destination),
            Protocol = protocol,
            SourcePort = hasPorts ? number : null,
            DestinationPort = hasPorts ? (ushort)(number + 1) : null,
            IcmpType = isIcmp ? (byte)number : null,
            IcmpCode = isIcmp ? (byte)(number % 2 == 0 ? 12 : 0) : null,
            InterfaceOut = "calia",
        };

    /// <summary>What each match of the text asks of a packet; the options are iptables' (iptables-extensions(8)).</summary>
    private static IEnumerable<Func<FirewallPacket, bool>> Predicates(string text)
    {
        var matches = Option().Matches(text);
        Assert.Equal(text.Replace(" ", "", StringComparison.Ordinal), string.Concat(matches.Select(match => match.Value)).Replace(" ", "", StringComparison.Ordinal));
        foreach (System.Text.RegularExpressions.Match match in matches)
        {
            var isNegated = match.Groups["not"].Success;
            var (option, value) = (match.Groups["option"].Value, match.Groups["value"].Value);
            yield return packet => option switch
            {
                "-p" => packet.Protocol == (value == "tcp" ? 6 : int.Parse(value)) != isNegated,
                "--source" => IPNetwork.Parse(value).Contains(packet.Source) != isNegated,
                "--destination" => IPNetwork.Parse(value).Contains(packet.Destination) != isNegated,
                "--match-set" => Sets[value[6..value.IndexOf(' ', StringComparison.Ordinal)]]
                    .Contains((value.EndsWith("src", StringComparison.Ordinal) ? packet.Source : packet.Destination).ToString()) != isNegated,
                "--source-ports" => packet.SourcePort is { } port && Ranges(value).Any(range => port >= range.First && port <= range.Last) != isNegated,
                "--destination-ports" => packet.DestinationPort is { } port && Ranges(value).Any(range => port >= range.First && port <= range.Last) != isNegated,
                _ => packet.IcmpType is { } type && (value == $"{type}" || value == $"{type}/{packet.IcmpCode}") != isNegated,
            };
        }
    }

    private static IEnumerable<Port> Ranges(string list) => list.Split(',').Select(text => Port.TryParse(text, out var port) ? port : throw new FormatException(text));

    private static HostRule Rule(JsonObject rule) => new()
    {
        Action = RuleAction.Allow,
        Protocol = ProtocolOf(rule["Protocol"]),
        NotProtocol = ProtocolOf(rule["NotProtocol"]),
        Icmp = IcmpOf(rule["Icmp"], "Icmp"),
        NotIcmp = IcmpOf(rule["NotIcmp"], "NotIcmp"),
        Source = Peer(rule, "Src"),
        Destination = Peer(rule, "Dst"),
    };

    private static HostPeer Peer(JsonObject rule, string side) => new()
    {
        Nets = Items(rule[$"{side}Net"]).Select(net => IPNetwork.Parse(net.GetValue<string>())).ToValueList(),
        Sets = Items(rule[$"{side}IpSetIds"]).Select(id => id.GetValue<string>()).ToValueList(),
        NotSets = Items(rule[$"Not{side}IpSetIds"]).Select(id => id.GetValue<string>()).ToValueList(),
        Ports = Items(rule[$"{side}Ports"]).Select(PortOf).ToValueList(),
        NotPorts = Items(rule[$"Not{side}Ports"]).Select(PortOf).ToValueList(),
    };

    private static IEnumerable<JsonNode> Items(JsonNode? list) => list?.AsArray().OfType<JsonNode>() ?? [];

    private static Port PortOf(JsonNode range) => Port.Range(range[0]!.GetValue<ushort>(), range[1]!.GetValue<ushort>()); // pairs

    private static Protocol? ProtocolOf(JsonNode? node) =>
        node is null ? null : Protocol.TryParse(node.ToString().ToUpperInvariant(), out var protocol) ? protocol : throw new FormatException(node.ToString());

    private static Icmp? IcmpOf(JsonNode? node, string name) => node switch
    {
        null => null,
        _ when node[$"{name}Type"] is { } type => new() { Type = type.GetValue<byte>() },
        _ => new() { Type = node[$"{name}TypeCode"]!["Type"]!.GetValue<byte>(), Code = node[$"{name}TypeCode"]!["Code"]!.GetValue<byte>() }, // one of the two is there
    };

    [GeneratedRegex(@"(-m (set|multiport|icmp6?) )?(?<not>! )?(?<option>-p|--source|--destination|--match-set|--source-ports|--destination-ports|--icmp-type|--icmpv6-type) (?<value>\S+( (src|dst))?) ?", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Option();
}
