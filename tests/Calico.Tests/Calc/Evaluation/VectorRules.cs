using System.Net;
using System.Text.Json;
using Calico.Calc.Evaluation;
using Calico.Ctl.Policy;
using Calico.Model.Addresses;
using Calico.Model.Hosts;
using Calico.Model.Resources.Specs;
using Calico.Model.Values;

namespace Calico.Tests.Calc.Evaluation;

/// <summary>Reads the rules, sets and packets of Felix's own tests as a host's state.</summary>
internal static class VectorRules
{
    public static HostRule Rule(JsonElement rule, int index) => new()
    {
        Action = rule.TryGetProperty("action", out var action) ? Enum.Parse<RuleAction>(action.GetString() ?? "") : RuleAction.Allow,
        Index = index,
        Protocol = Protocol(rule, "protocol"),
        NotProtocol = Protocol(rule, "notProtocol"),
        Source = Peer(rule, "src"),
        Destination = Peer(rule, "dst"),
    };

    /// <summary>The state's sets: those with a protocol and port are of ports.</summary>
    public static HostState WithSets(HostState state, JsonElement sets)
    {
        foreach (var set in sets.EnumerateObject())
        {
            var members = set.Value.EnumerateArray().Select(member => member.GetString() ?? "").ToList();
            state = state with
            {
                AddressSets = state.AddressSets.Add(set.Name, [.. members.Where(member => !member.Contains(',', StringComparison.Ordinal)).Select(Net)]),
                PortSets = state.PortSets.Add(set.Name, [.. members.Where(member => member.Contains(',', StringComparison.Ordinal)).Select(Port)]),
            };
        }

        return state;
    }

    public static Packet Packet(JsonElement packet)
    {
        var number = packet.GetProperty("proto").GetByte();
        return new()
        {
            Source = IPAddress.Parse(Text(packet, "src")),
            Destination = IPAddress.Parse(Text(packet, "dst")),
            Protocol = new(number),
            SourcePort = Number(packet, "sport"),
            DestinationPort = Number(packet, "dport"),
            IcmpType = (byte)Number(packet, "icmp_type"),
            IcmpCode = (byte)Number(packet, "icmp_code"),
        };
    }

    public static string Text(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value.GetString() ?? "" : "";

    public static ushort Number(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value.GetUInt16() : (ushort)0;

    private static HostPeer Peer(JsonElement rule, string side)
    {
        var (not, upper) = ("not" + char.ToUpperInvariant(side[0]) + side[1..], side);
        return new()
        {
            Nets = Texts(rule, upper + "Net").Select(Net).ToValueList(),
            NotNets = Texts(rule, not + "Net").Select(Net).ToValueList(),
            Sets = Texts(rule, upper + "IpSetIds").ToValueList(),
            NotSets = Texts(rule, not + "IpSetIds").ToValueList(),
            Ports = Ports(rule, upper + "Ports"),
            NotPorts = Ports(rule, not + "Ports"),
            NamedPorts = Texts(rule, upper + "NamedPortIpSetIds").ToValueList(),
        };
    }

    /// <summary>The cases have prefixes with host bits set, which Felix cuts off.</summary>
    private static IPNetwork Net(string text)
    {
        var parts = text.Split('/');
        return IPAddress.Parse(parts[0]).Truncate(int.Parse(parts[1]));
    }

    private static AddressPort Port(string text)
    {
        var (address, rest) = (text.Split(',')[0], text.Split(',')[1].Split(':'));
        Assert.True(FlowQuestion.TryProtocol(rest[0], out var protocol));
        return new(IPAddress.Parse(address.Split('/')[0]), protocol, ushort.Parse(rest[1]));
    }

    private static ValueList<Port> Ports(JsonElement rule, string name) => rule.TryGetProperty(name, out var ranges)
        ? ranges.EnumerateArray().Select(range => Calico.Model.Values.Port.Range(range[0].GetUInt16(), range[1].GetUInt16())).ToValueList()
        : [];

    private static Protocol? Protocol(JsonElement rule, string name) =>
        rule.TryGetProperty(name, out var text) && FlowQuestion.TryProtocol(text.ToString(), out var protocol) ? protocol : null;

    private static IEnumerable<string> Texts(JsonElement rule, string name) =>
        rule.TryGetProperty(name, out var list) ? list.EnumerateArray().Select(item => item.GetString() ?? "") : [];
}
