using System.Globalization;
using System.Text.Json.Nodes;
using Calico.Model.Addresses;

namespace Calico.Ctl.Input.V1;

/// <summary>Rules of policies and profiles, from v1 to v3.</summary>
/// <param name="notes">Gets what is left out, in words.</param>
internal sealed class V1Rules(List<string> notes)
{
    /// <summary>What they are called now; numbers stay.</summary>
    private static readonly Dictionary<string, string> Protocols = new(StringComparer.OrdinalIgnoreCase)
    {
        ["tcp"] = "TCP",
        ["udp"] = "UDP",
        ["icmp"] = "ICMP",
        ["icmpv6"] = "ICMPv6",
        ["sctp"] = "SCTP",
        ["udplite"] = "UDPLite",
    };

    /// <exception cref="FormatException">A prefix cannot be read.</exception>
    public JsonArray? Convert(IReadOnlyList<JsonNode> rules, string path) =>
        rules.Count == 0 ? null : new([.. rules.Select((rule, index) => Convert(new V1Fields(rule as JsonObject, $"{path}[{index}]"), $"{path}[{index}]"))]);

    private JsonObject Convert(V1Fields rule, string path)
    {
        var made = new JsonObject { ["action"] = Action(rule.Text("action")) };
        Set(made, "ipVersion", rule.Take("ipVersion"));
        Set(made, "protocol", Protocol(rule.Take("protocol")));
        Set(made, "notProtocol", Protocol(rule.Take("notProtocol", "!protocol")));
        Set(made, "icmp", rule.Take("icmp"));
        Set(made, "notICMP", rule.Take("notICMP", "!icmp"));
        Set(made, "source", Entity(rule.Object("source")));
        Set(made, "destination", Entity(rule.Object("destination")));
        Tell(rule);
        return made;
    }

    private JsonObject? Entity(V1Fields entity)
    {
        var made = new JsonObject();
        Set(made, "nets", Nets(entity.Take("net"), entity.Items("nets")));
        Set(made, "notNets", Nets(entity.Take("notNet", "!net"), entity.Items("notNets", "!nets")));
        Set(made, "selector", Selector(entity.Text("selector"), entity.Text("tag")));
        Set(made, "notSelector", Selector(entity.Text("notSelector", "!selector"), entity.Text("notTag", "!tag")));
        Set(made, "ports", entity.Take("ports"));
        Set(made, "notPorts", entity.Take("notPorts", "!ports"));
        Tell(entity);
        return made.Count == 0 ? null : made;
    }

    /// <summary>Tags are labels without a value now.</summary>
    private static JsonValue? Selector(string selector, string tag) => (V1Names.InSelector(selector), tag) switch
    {
        ("", "") => null,
        ("", _) => JsonValue.Create($"{tag} == ''"),
        (var text, "") => JsonValue.Create(text),
        var (text, _) => JsonValue.Create($"({text}) && {tag} == ''"),
    };

    private static JsonArray? Nets(JsonNode? one, IReadOnlyList<JsonNode> several)
    {
        var all = (one is null ? several : several.Prepend(one)).Select(net => Masked($"{net}")).ToList();
        return all.Count == 0 ? null : new([.. all.Select(net => JsonValue.Create(net))]);
    }

    /// <summary>v1 took prefixes with host bits, and meant the network.</summary>
    public static string Masked(string text) => InterfaceAddress.TryParse(text, out var net) ? $"{net.Subnet}" : throw new FormatException($"'{text}' is no prefix");

    private static string Action(string word) => word.ToLowerInvariant() switch
    {
        "" => "Allow",
        "next-tier" => "Pass",
        var other => CultureInfo.InvariantCulture.TextInfo.ToTitleCase(other),
    };

    private static JsonNode? Protocol(JsonNode? word) => word is not null && Protocols.TryGetValue($"{word}", out var name) ? JsonValue.Create(name) : word;

    private static void Set(JsonObject made, string field, JsonNode? value)
    {
        if (value is not null)
            made[field] = value.Parent is null ? value : value.DeepClone();
    }

    private void Tell(V1Fields fields) => notes.AddRange(fields.Left.Select(field => $"{field} is not known and is left out"));
}
