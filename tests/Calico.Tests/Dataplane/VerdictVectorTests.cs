using System.Collections.Immutable;
using System.Net;
using System.Text.Json.Nodes;
using Calico.Dataplane.Firewall;
using Calico.Model.Addresses;
using Calico.Model.Hosts;
using Calico.Model.Resources.Specs;
using Calico.Model.Values;
using Calico.Tests.Support;

namespace Calico.Tests.Dataplane;

/// <summary>Packets and verdicts of Calico's own tests of its BPF policy programs, through our table; those of workloads.</summary>
public sealed class VerdictVectorTests
{
    public static TheoryData<string> Cases =>
    [
        .. File.ReadLines(Path.Combine(Repository.Root, "tests/Calico.Tests/Vectors/policy_verdicts.jsonl"))
            .Where(line => JsonNode.Parse(line)!["kind"]!.GetValue<string>() == "workload"), // every row has a kind
    ];

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_packet_has_the_verdict_that_Calico_gives_it(string line)
    {
        var row = JsonNode.Parse(line)!.AsObject(); // a row is an object
        var table = new FirewallRendering().Render(Host(row));
        var interpreter = new TableInterpreter(table);
        var chain = Assert.Single(table.Sets[TableNames.ToEndpoint].Elements).Chain ?? "";

        foreach (var entry in row["cases"]!.AsArray())
        {
            var allowed = interpreter.Decide(chain, Packet(entry!["packet"]!.AsObject())) is Verdict.Accept; // a case has a packet
            Assert.True(allowed == (entry["expected"]!.GetValue<string>() == "allow"), entry.ToJsonString());
        }
    }

    private static HostState Host(JsonObject row)
    {
        var rules = new Dictionary<RulesId, HostRules>();
        var tiers = new List<EndpointTier>();
        foreach (var tier in row["policy"]!["tiers"]?.AsArray() ?? [])
        {
            var ids = new List<RulesId>();
            foreach (var policy in tier!["policies"]?.AsArray() ?? [])
            {
                var id = new RulesId("GlobalNetworkPolicy", null, $"{tier["name"]} {policy!["name"]}");
                ids.Add(id);
                rules[id] = new((policy["rules"]?.AsArray() ?? []).Select((rule, index) => Rule(rule!.AsObject(), index)).ToValueList(), []);
            }

            tiers.Add(new(tier["name"]!.GetValue<string>(), ids.ToValueList(), tier["endAction"]?.GetValue<string>() == "pass" ? RuleAction.Pass : RuleAction.Deny));
        }

        var sets = row["ip_sets"]!.AsObject().ToDictionary(set => set.Key, set => set.Value!.AsArray().Select(member => member!.GetValue<string>()).ToList());
        return HostState.Empty with
        {
            Endpoints = HostState.Empty.Endpoints.Add("calia", new()
            {
                Id = "a",
                Interface = "calia",
                Addresses = [IPNetwork.Parse("10.0.0.1/32"), IPNetwork.Parse("fd00::1/128")],
                Ingress = tiers.ToValueList(),
            }),
            Rules = rules.ToImmutableDictionary(),
            AddressSets = sets.Where(set => !set.Value.Exists(member => member.Contains(',', StringComparison.Ordinal)))
                .ToImmutableDictionary(set => set.Key, set => set.Value.Select(Net).ToImmutableHashSet()),
            PortSets = sets.ToImmutableDictionary(set => set.Key, set => set.Value.Where(member => member.Contains(',', StringComparison.Ordinal)).Select(NamedPort).ToImmutableHashSet()),
        };
    }

    private static HostRule Rule(JsonObject rule, int index) => new()
    {
        Action = Enum.Parse<RuleAction>(rule["action"]!.GetValue<string>(), ignoreCase: true),
        Index = index,
        Protocol = ProtocolOf(rule["protocol"]),
        NotProtocol = ProtocolOf(rule["notProtocol"]),
        Source = Peer(rule, "src", "Src"),
        Destination = Peer(rule, "dst", "Dst"),
    };

    private static HostPeer Peer(JsonObject rule, string side, string notSide) => new()
    {
        Nets = Texts(rule[$"{side}Net"]).Select(Net).ToValueList(),
        NotNets = Texts(rule[$"not{notSide}Net"]).Select(Net).ToValueList(),
        Sets = Texts(rule[$"{side}IpSetIds"]).ToValueList(),
        NotSets = Texts(rule[$"not{notSide}IpSetIds"]).ToValueList(),
        Ports = Ports(rule[$"{side}Ports"]),
        NotPorts = Ports(rule[$"not{notSide}Ports"]),
        NamedPorts = Texts(rule[$"{side}NamedPortIpSetIds"]).ToValueList(),
    };

    private static IEnumerable<string> Texts(JsonNode? list) => list?.AsArray().Select(item => item!.GetValue<string>()) ?? [];

    private static ValueList<Port> Ports(JsonNode? list) =>
        list?.AsArray().Select(range => Port.Range(range![0]!.GetValue<ushort>(), range[1]!.GetValue<ushort>())).ToValueList() ?? [];

    private static IPNetwork Net(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? IPAddress.Parse(text).HostPrefix : IPAddress.Parse(text[..slash]).Truncate(int.Parse(text[(slash + 1)..]));
    }

    private static AddressPort NamedPort(string text)
    {
        var (net, rest) = (text[..text.IndexOf(',', StringComparison.Ordinal)], text[(text.IndexOf(',', StringComparison.Ordinal) + 1)..].Split(':'));
        return new(Net(net).BaseAddress, ProtocolOf(JsonValue.Create(rest[0])) ?? default, ushort.Parse(rest[1]));
    }

    private static Protocol? ProtocolOf(JsonNode? node) =>
        node is null ? null : Protocol.TryParse(node.ToString().ToUpperInvariant(), out var protocol) ? protocol : throw new FormatException(node.ToString());

    private static FirewallPacket Packet(JsonObject packet) => new()
    {
        Protocol = packet["proto"]!.GetValue<byte>(),
        Source = IPAddress.Parse(packet["src"]!.GetValue<string>()),
        Destination = IPAddress.Parse(packet["dst"]!.GetValue<string>()),
        SourcePort = packet["sport"]?.GetValue<ushort>(),
        DestinationPort = packet["dport"]?.GetValue<ushort>(),
        IcmpType = packet["icmp_type"]?.GetValue<byte>(),
        IcmpCode = packet["icmp_code"]?.GetValue<byte>(),
        InterfaceOut = "calia",
    };
}
