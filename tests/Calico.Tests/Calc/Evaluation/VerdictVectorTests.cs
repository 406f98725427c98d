using System.Net;
using System.Text.Json;
using Calico.Calc.Evaluation;
using Calico.Model.Hosts;
using Calico.Model.Resources.Specs;
using Calico.Model.Values;
using Calico.Tests.Support;
using static Calico.Tests.Calc.Evaluation.VectorRules;

namespace Calico.Tests.Calc.Evaluation;

/// <summary>Policies, packets and verdicts from Felix's own tests of its policy programs.</summary>
public sealed class VerdictVectorTests
{
    public static TheoryData<string> Cases => [.. File.ReadLines(Path.Combine(Repository.Root, "tests/Calico.Tests/Vectors/policy_verdicts.jsonl")).Distinct()];

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_packet_gets_the_verdict_that_Felix_gives_it(string line)
    {
        var row = JsonDocument.Parse(line).RootElement;
        var policy = row.GetProperty("policy");
        var rules = new Dictionary<RulesId, HostRules>();
        var workload = new LocalEndpoint { Id = "default/a", Interface = "calia", Addresses = [], Ingress = Tiers(policy, "tiers", rules), Profiles = Profiles(policy, "profiles", rules) };
        var host = new LocalHostEndpoint
        {
            Id = "eth0",
            Normal = new(Tiers(policy, "hostNormalTiers", rules), []),
            Forward = new(Tiers(policy, "hostForwardTiers", rules), []),
            PreDnat = new(Tiers(policy, "hostPreDnatTiers", rules), []),
            Untracked = new(Tiers(policy, "hostNormalTiers", rules), []),
            Profiles = Profiles(policy, "hostProfiles", rules),
        };
        var state = HostState.Empty with { Rules = HostState.Empty.Rules.AddRange(rules) };
        var evaluator = new PolicyEvaluator(WithSets(state, row.GetProperty("ip_sets")));

        foreach (var test in row.GetProperty("cases").EnumerateArray())
        {
            var packet = test.GetProperty("packet");
            var actual = row.GetProperty("kind").GetString() switch
            {
                "workload" => Word(evaluator.Decide(workload, PolicyType.Ingress, Packet(packet))),
                "xdp" => Word(evaluator.Decide(host, HostStage.Untracked, PolicyType.Ingress, Packet(packet))),
                _ => AtHost(evaluator, host, packet),
            };
            Assert.True(test.GetProperty("expected").GetString() == actual, $"{packet}: {actual}");
        }
    }

    /// <summary>Pre-DNAT policy sees the packet as it came, the rest as it goes on; what passes through falls to the end, which lets it through.</summary>
    private static string AtHost(PolicyEvaluator evaluator, LocalHostEndpoint host, JsonElement element)
    {
        var packet = Packet(element);
        var before = packet with
        {
            Destination = Text(element, "pre_nat_dst") is { Length: > 0 } original ? IPAddress.Parse(original) : packet.Destination,
            DestinationPort = element.TryGetProperty("pre_nat_dport", out var port) ? port.GetUInt16() : packet.DestinationPort,
        };
        var isOwn = element.TryGetProperty("dst_is_host", out _) || element.TryGetProperty("src_is_host", out _);
        var decision = evaluator.Decide(host, HostStage.PreDnat, PolicyType.Ingress, before)
            ?? evaluator.Decide(host, isOwn ? HostStage.Normal : HostStage.Forward, PolicyType.Ingress, packet);
        return decision is null ? "allow" : Word(decision);
    }

    private static string Word(Decision? decision) => decision switch
    {
        null => "no-match",
        { IsAllowed: true } => "allow",
        _ => "deny",
    };

    private static ValueList<EndpointTier> Tiers(JsonElement policy, string name, Dictionary<RulesId, HostRules> rules) => policy.TryGetProperty(name, out var tiers)
        ? tiers.EnumerateArray().Select(tier => new EndpointTier(
            Text(tier, "name"),
            tier.TryGetProperty("policies", out var policies) ? policies.EnumerateArray().Select(item => Add(item, "GlobalNetworkPolicy", rules)).ToValueList() : [],
            Text(tier, "endAction") == "pass" ? RuleAction.Pass : RuleAction.Deny)).ToValueList()
        : [];

    private static ValueList<RulesId> Profiles(JsonElement policy, string name, Dictionary<RulesId, HostRules> rules) => policy.TryGetProperty(name, out var profiles)
        ? profiles.EnumerateArray().Select(item => Add(item, "Profile", rules)).ToValueList()
        : [];

    private static RulesId Add(JsonElement item, string kind, Dictionary<RulesId, HostRules> rules)
    {
        var id = new RulesId(kind, Namespace: null, $"{Text(item, "name")} {rules.Count}"); // names recur
        rules[id] = new(item.TryGetProperty("rules", out var list) ? list.EnumerateArray().Select(Rule).ToValueList() : [], []);
        return id;
    }
}
