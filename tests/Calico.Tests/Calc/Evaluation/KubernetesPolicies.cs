using System.Text.Json.Nodes;
using Calico.Ctl.Policy;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Calico.Model.Values;

namespace Calico.Tests.Calc.Evaluation;

/// <summary>Reads Kubernetes' network policies, a namespace's own and an administrator's, in Calico's terms.</summary>
internal static class KubernetesPolicies
{
    /// <summary>Of the cluster's administrator.</summary>
    public static Resource<PolicySpec> Admin(JsonNode policy, string tier, int index)
    {
        var spec = policy["spec"]!;
        var subject = spec["subject"]!;
        var (pods, spaces) = subject["pods"] is { } some ? (some["podSelector"], some["namespaceSelector"]) : (null, subject["namespaces"]);
        return new Resource<PolicySpec>(Kinds.GlobalNetworkPolicy, new() { Name = $"{tier}.p{index}" }, new()
        {
            Tier = tier,
            Order = spec["priority"]?.GetValue<int>(),
            Selector = Selector(pods),
            NamespaceSelector = Selector(spaces),
            Types = Types(spec),
            Ingress = spec["ingress"] is { } ingress ? Rules(ingress, "from", Selector(spaces)) : null,
            Egress = spec["egress"] is { } egress ? Rules(egress, "to", Selector(spaces)) : null,
        });
    }

    /// <summary>Of a namespace: its peers without a namespace selector are the namespace's.</summary>
    public static IResource Own(JsonNode policy) => new Resource<PolicySpec>(
        Kinds.NetworkPolicy,
        new() { Name = policy["metadata"]!["name"]!.ToString(), Namespace = policy["metadata"]!["namespace"]!.ToString() },
        new()
        {
            Selector = Selector(policy["spec"]!["podSelector"]),
            Types = Types(policy["spec"]!),
            Ingress = policy["spec"]!["ingress"] is { } ingress ? Rules(ingress, "from", own: null) : null,
            Egress = policy["spec"]!["egress"] is { } egress ? Rules(egress, "to", own: null) : null,
        });

    /// <summary>A rule for each peer and each port.</summary>
    private static ValueList<Rule> Rules(JsonNode rules, string side, string? own) => List(rules).OfType<JsonObject>().SelectMany(rule => Rules(rule, side, own)).ToValueList();

    private static IEnumerable<Rule> Rules(JsonObject rule, string side, string? own)
    {
        var peers = rule[side] is null ? [new()] : List(rule[side]).Select(peer => Peer(peer, own));
        var ports = (rule["ports"], rule["protocols"]) switch
        {
            ({ } some, _) => List(some).Select(Port),
            (_, { } protocols) => List(protocols).Select(OfProtocol),
            _ => [default],
        };
        return peers.SelectMany(_ => ports, (peer, port) => new Rule
        {
            Action = rule["action"] is { } action ? Action(action.ToString()) : RuleAction.Allow,
            Protocol = port.Protocol,
            Source = side == "from" ? peer : null,
            Destination = side == "to" ? peer with { Ports = port.Ports } : new() { Ports = port.Ports },
        });
    }

    /// <param name="own">The selector of the subject's namespaces, which all have the labels it asks for.</param>
    private static EntityRule Peer(JsonNode peer, string? own)
    {
        if (peer["pods"] is { } pods)
            return new() { Selector = Selector(pods["podSelector"]), NamespaceSelector = Selector(pods["namespaceSelector"] ?? pods["namespaces"]!["namespaceSelector"]) };
        if (peer["podSelector"] is { } selector)
            return new() { Selector = Selector(selector) };
        if (peer["namespaceSelector"] is { } spaces)
            return new() { NamespaceSelector = Selector(spaces) };
        if (peer["namespaces"]!["sameLabels"] is not null)
            return new() { NamespaceSelector = own };

        return peer["namespaces"]!["notSameLabels"] is not null
            ? new() { NamespaceSelector = $"!({own})" }
            : new() { NamespaceSelector = Selector(peer["namespaces"]!["namespaceSelector"] ?? peer["namespaces"]) };
    }

    private static (Protocol? Protocol, ValueList<Port>? Ports) Port(JsonNode port)
    {
        var (first, last) = (port["portNumber"] ?? port["portRange"] ?? port) switch
        {
            { } number when number["port"] is { } only => (only.GetValue<ushort>(), only.GetValue<ushort>()),
            { } range when range["start"] is { } start => (start.GetValue<ushort>(), range["end"]!.GetValue<ushort>()),
            _ => ((ushort)0, (ushort)0),
        };
        if (port["namedPort"] is { } named)
            return (null, [Calico.Model.Values.Port.TryParse(named.ToString(), out var parsed) ? parsed : default]);

        var protocol = (port["portNumber"] ?? port["portRange"] ?? port)["protocol"]?.ToString() ?? "TCP"; // Kubernetes' default
        return (Parse(protocol), [Calico.Model.Values.Port.Range(first, last)]);
    }

    private static string Selector(JsonNode? selector) => selector?["matchLabels"] is JsonObject labels
        ? string.Join(" && ", labels.Select(label => $"{label.Key} == '{label.Value}'"))
        : "all()";

    public static Protocol Parse(string text) => FlowQuestion.TryProtocol(text, out var protocol) ? protocol : throw new FormatException(text);

    public static IEnumerable<JsonNode> List(JsonNode? node) => node is JsonArray items ? items.OfType<JsonNode>() : [];

    /// <summary>The later form of a rule's ports: <c>{udp: {destinationPort: {number: 53}}}</c>.</summary>
    private static (Protocol? Protocol, ValueList<Port>? Ports) OfProtocol(JsonNode node)
    {
        var (name, fields) = Assert.Single(node.AsObject());
        var number = fields!["destinationPort"]!["number"]!.GetValue<ushort>(); // every one in the vectors has a number
        return (Parse(name), [Calico.Model.Values.Port.Range(number, number)]);
    }

    private static ValueList<PolicyType> Types(JsonNode spec) =>
        new[] { (spec["ingress"], PolicyType.Ingress), (spec["egress"], PolicyType.Egress) }.Where(type => type.Item1 is not null).Select(type => type.Item2).ToValueList();

    private static RuleAction Action(string word) => word == "Accept" ? RuleAction.Allow : Enum.Parse<RuleAction>(word);
}
