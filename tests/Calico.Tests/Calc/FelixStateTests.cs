using System.Net;
using System.Text.Json.Nodes;
using Calico.Calc;
using Calico.Model.Hosts;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Calico.Model.Selectors;
using Calico.Model.Store;
using Calico.Model.Values;
using Calico.Tests.Support;

namespace Calico.Tests.Calc;

/// <summary>States and paths through them from Felix's own tests of its calculation graph: sets, policies, profiles, and the order at endpoints.</summary>
public sealed class FelixStateTests
{
    private const string Host = "localhostname";

    private static readonly JsonObject[] Rows =
        [.. File.ReadLines(Path.Combine(Repository.Root, "tests/Calico.Tests/Vectors/felix_states.jsonl")).Select(line => JsonNode.Parse(line)!.AsObject())]; // rows are objects

    private static readonly Dictionary<string, JsonObject> States = Rows
        .Where(row => Text(row, "kind") == "state" && !NeedsKubernetes(row))
        .ToDictionary(row => Text(row, "var"));

    public static TheoryData<string> Names => [.. States.Keys];

    public static TheoryData<string> Paths => [.. Rows
        .Where(row => Text(row, "kind") == "sequence")
        .Select(row => Items(row["states"]).Select(state => state.ToString()).Where(States.ContainsKey).ToList())
        .Where(states => states.Count > 1)
        .Select(states => string.Join(' ', states))
        .Distinct()];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_state_gives_what_it_gives_in_Felix(string name)
    {
        var graph = new CalculationGraph(Host);
        graph.Apply(Changes(States[name]).Values);

        AssertIs(States[name], graph.Flush().Host);
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void Each_state_on_a_path_gives_the_same_and_so_it_does_backwards(string path)
    {
        var graph = new CalculationGraph(Host);
        var before = new Dictionary<StoreName, StoreChange>();
        var there = path.Split(' ');
        foreach (var name in there.Concat(there.Reverse()))
        {
            var after = Changes(States[name]);
            graph.Apply(before.Keys.Except(after.Keys).Select(gone => new StoreChange(gone, Value: null)));
            graph.Apply(after.Values);
            AssertIs(States[name], graph.Flush().Host);
            before = after;
        }
    }

    private static void AssertIs(JsonObject state, HostState host)
    {
        var expected = state["expected"]!.AsObject(); // every state has one
        foreach (var (name, members) in expected["ipsets"]!.AsObject().Where(set => set.Key != "all-istio-weps")) // so does every expectation
            Assert.Equal(Items(members).Select(member => Canonical(member.ToString())).Order(), Members(host, name).Order());

        Assert.Equal(
            expected["ipsets"]!.AsObject().Count(set => set.Key != "all-istio-weps"), // as above
            host.AddressSets.Count + host.PortSets.Count);
        Assert.Equal(Items(expected["policies"]).Select(policy => policy.ToString()).Order(), host.Rules.Keys.Where(id => id.Kind != "Profile").Select(id => $"{id.Kind}/{id.Name}").Order());
        Assert.Equal(Items(expected["profiles"]).Select(profile => profile.ToString()).Order(), host.Rules.Keys.Where(id => id.Kind == "Profile").Select(id => id.Name).Order());
        foreach (var (name, endpoint) in expected["endpoints"]?.AsObject() ?? [])
            AssertTiers(endpoint!.AsObject(), name, host); // an object each
    }

    private static void AssertTiers(JsonObject expected, string name, HostState host)
    {
        if (host.HostEndpoints.TryGetValue(name, out var hostEndpoint))
        {
            Assert.Equal(Describe(expected["tiers"]), Describe(hostEndpoint.Normal));
            Assert.Equal(Describe(expected["untracked"]), Describe(hostEndpoint.Untracked));
            Assert.Equal(Describe(expected["prednat"]), Describe(hostEndpoint.PreDnat));
            return;
        }

        var endpoint = host.Endpoints.Values.Single(endpoint => endpoint.Id == $"default/{Host}-{name.Replace('/', '-')}");
        Assert.Equal(Describe(expected["tiers"]), Describe(new StagePolicy(endpoint.Ingress, endpoint.Egress)));
    }

    private static IEnumerable<string> Describe(JsonNode? tiers) => Items(tiers).SelectMany(tier => new[] { "Ingress", "Egress" }
        .Where(direction => Items(tier[$"{direction}Policies"]).Any())
        .Select(direction => $"{direction} {tier["Name"]} {string.Join(' ', Items(tier[$"{direction}Policies"]))}")).Order();

    private static IEnumerable<string> Describe(StagePolicy policy) =>
        policy.Ingress.Select(tier => Describe("Ingress", tier)).Concat(policy.Egress.Select(tier => Describe("Egress", tier))).Order();

    private static string Describe(string direction, EndpointTier tier) => $"{direction} {tier.Name} {string.Join(' ', tier.Policies.Select(id => $"{id.Kind}/{id.Name}"))}";

    private static IEnumerable<string> Members(HostState host, string name)
    {
        if (name.StartsWith("selector:", StringComparison.Ordinal))
            return host.AddressSets[Selector.Parse(name["selector:".Length..]).Id].Select(member => member.ToString());

        var parts = name["namedport:".Length..].Split(',', 3);
        return host.PortSets[PortSetId.Of(Selector.Parse(parts[2]), ProtocolOf(parts[0]), parts[1])]
            .Select(port => $"{port.Address},{port.Protocol.ToString().ToLowerInvariant()}:{port.Port}");
    }

    private static string Canonical(string member) =>
        member.Contains(',', StringComparison.Ordinal) ? $"{IPAddress.Parse(member.Split(',')[0])},{member.Split(',')[1]}" : IPNetwork.Parse(member).ToString();

    private static Dictionary<StoreName, StoreChange> Changes(JsonObject state)
    {
        var entries = Items(state["datastore"]).Select(entry => (Key: entry["Key"]!.AsObject(), Value: entry["Value"] as JsonObject ?? [])).ToList(); // keys are objects
        return Of("WorkloadEndpointKey", Workload)
            .Concat(Of("HostEndpointKey", HostEndpoint))
            .Concat(Of("PolicyKey", Policy))
            .Concat(Of("TierKey", (key, value) => Store.Put(Kinds.Tier, Text(key, "Name"), new TierSpec { Order = value["Order"]?.GetValue<double>() })))
            .Concat(Of("NetworkSetKey", (key, value) => Store.Put(
                Kinds.GlobalNetworkSet, Text(key, "Name"), new NetworkSetSpec { Nets = Items(value["Nets"]).Select(net => IPNetwork.Parse(net.ToString())).ToValueList() }, labels: LabelsOf(value["Labels"]))))
            .Concat(Profiles(entries))
            .ToDictionary(change => change.Name);

        IEnumerable<StoreChange> Of(string kind, Func<JsonObject, JsonObject, StoreChange> make) =>
            entries.Where(entry => Text(entry.Key, "key") == kind).Select(entry => make(entry.Key, entry.Value));
    }

    /// <summary>Felix gets a profile's rules and its labels apart.</summary>
    private static IEnumerable<StoreChange> Profiles(List<(JsonObject Key, JsonObject Value)> entries) => entries
        .Where(entry => Text(entry.Key, "key") == "ProfileRulesKey" || Text(entry.Key, "Kind") == "Profile")
        .GroupBy(entry => entry.Key["ProfileKey"] is JsonObject profile ? Text(profile, "Name") : Text(entry.Key, "Name"))
        .Select(parts =>
        {
            var rules = parts.FirstOrDefault(part => Text(part.Key, "key") == "ProfileRulesKey").Value;
            var labels = parts.FirstOrDefault(part => Text(part.Key, "Kind") == "Profile").Value?["Spec"]?["LabelsToApply"];
            return Store.Put(Kinds.Profile, parts.Key, new ProfileSpec { LabelsToApply = LabelsOf(labels), Ingress = RulesOf(rules?["InboundRules"]), Egress = RulesOf(rules?["OutboundRules"]) });
        });

    private static StoreChange Workload(JsonObject key, JsonObject value) => Store.Put(
        Kinds.WorkloadEndpoint,
        $"{Text(key, "Hostname")}-{Text(key, "OrchestratorID")}-{Text(key, "WorkloadID")}-{Text(key, "EndpointID")}",
        new WorkloadEndpointSpec
        {
            Node = Text(key, "Hostname"),
            InterfaceName = Text(value, "Name"),
            IpNetworks = Items(value["IPv4Nets"]).Concat(Items(value["IPv6Nets"])).Select(net => IPNetwork.Parse(net.ToString())).ToValueList(),
            Profiles = Items(value["ProfileIDs"]).Select(profile => profile.ToString()).ToValueList(),
            Ports = Items(value["Ports"]).Select(port => new EndpointPort
            {
                Name = port["Name"]!.ToString(), // ports have names
                Port = port["Port"]!.GetValue<ushort>(), // and numbers
                Protocol = ProtocolOf(port["Protocol"]!.ToString()), // and protocols
            }).ToValueList(),
        },
        "default",
        LabelsOf(value["Labels"]));

    private static StoreChange HostEndpoint(JsonObject key, JsonObject value) => Store.Put(
        Kinds.HostEndpoint,
        Text(key, "EndpointID"),
        new HostEndpointSpec
        {
            Node = Text(key, "Hostname"),
            InterfaceName = Text(value, "Name"),
            ExpectedIPs = Items(value["ExpectedIPv4Addrs"]).Concat(Items(value["ExpectedIPv6Addrs"])).Select(address => IPAddress.Parse(address.ToString())).ToValueList(),
            Profiles = Items(value["ProfileIDs"]).Select(profile => profile.ToString()).ToValueList(),
        },
        labels: LabelsOf(value["Labels"]));

    private static StoreChange Policy(JsonObject key, JsonObject value) => Store.GlobalPolicy(Text(key, "Name"), new()
    {
        Tier = Text(value, "Tier"),
        Order = value["Order"]?.GetValue<double>(),
        Selector = Text(value, "Selector"),
        Types = value["Types"] is null ? null : Items(value["Types"]).Select(type => Enum.Parse<PolicyType>(type.ToString(), ignoreCase: true)).ToValueList(),
        Ingress = RulesOf(value["InboundRules"]),
        Egress = RulesOf(value["OutboundRules"]),
        DoNotTrack = value["DoNotTrack"]?.GetValue<bool>(),
        PreDNAT = value["PreDNAT"]?.GetValue<bool>(),
    });

    private static ValueList<Rule>? RulesOf(JsonNode? rules) => rules is null ? null : Items(rules).Select(rule => new Rule
    {
        Action = RuleAction.Allow,
        Protocol = rule["Protocol"] is { } protocol ? ProtocolOf(protocol.ToString()) : null,
        Source = new()
        {
            Selector = rule["SrcSelector"]?.ToString(),
            NotSelector = rule["NotSrcSelector"]?.ToString(),
            Ports = Items(rule["SrcPorts"]).Select(port => Port.TryParse(port["PortName"]!.ToString(), out var named) ? named : default).ToValueList(), // all are named
        },
    }).ToValueList();

    private static bool NeedsKubernetes(JsonObject state) =>
        state.ToJsonString() is var text && (text.Contains("Service", StringComparison.Ordinal) || text.Contains("HTTPMatch", StringComparison.Ordinal) || text.Contains("LiveMigration", StringComparison.Ordinal));

    private static Protocol ProtocolOf(string name) => Protocol.TryParse(name.ToUpperInvariant(), out var protocol) ? protocol : throw new FormatException(name);

    private static Labels? LabelsOf(JsonNode? labels) =>
        labels is null ? null : new(labels.AsObject().Select(label => KeyValuePair.Create(label.Key, label.Value?.ToString() ?? "")));

    private static IEnumerable<JsonNode> Items(JsonNode? list) => list?.AsArray().OfType<JsonNode>() ?? [];

    private static string Text(JsonObject row, string field) => row[field]?.ToString() ?? "";
}
