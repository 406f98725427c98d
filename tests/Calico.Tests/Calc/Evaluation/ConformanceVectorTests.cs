using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Calico.Calc.Evaluation;
using Calico.Ctl.Policy;
using Calico.Model.Addresses;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Calico.Model.Values;
using Calico.Tests.Support;
using static Calico.Tests.Calc.Evaluation.KubernetesPolicies;

namespace Calico.Tests.Calc.Evaluation;

/// <summary>The probes of Kubernetes' conformance tests for cluster network policies, in the two tiers that Calico gives them.</summary>
/// <remarks>
/// A subtest changes the policies that the ones before it left; the vectors have the changes as the Go statements they are. Probes
/// of a host's own address are left out: the vectors do not tell it. The tests that speak of the baseline take the namespace's policy away first.
/// </remarks>
public sealed partial class ConformanceVectorTests
{
    private const string Prefix = "network-policy-conformance-";

    private static readonly (string Space, string Pod)[] Houses =
        [("gryffindor", "harry-potter"), ("slytherin", "draco-malfoy"), ("hufflepuff", "cedric-diggory"), ("ravenclaw", "luna-lovegood")];

    public static TheoryData<string> Cases => [.. File.ReadLines(Path.Combine(Repository.Root, "tests/Calico.Tests/Vectors/clusternetworkpolicy.jsonl"))];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_probe_gets_the_answer_that_conformance_asks_for(string line)
    {
        var row = JsonNode.Parse(line)!; // a row is an object
        var policies = List(row["policies"]).ToList();
        var probes = 0;
        foreach (var test in List(row["subtests"]))
        {
            if (test["name"]!.ToString().Contains("respect the match for baseline", StringComparison.Ordinal))
                policies.RemoveAll(policy => policy["kind"]!.ToString() == "NetworkPolicy");

            JsonNode? changing = null;
            var saved = new Dictionary<string, JsonNode>();
            foreach (var step in List(test["events"]).OfType<JsonObject>())
            {
                if (step["get"] is not null)
                    changing = policies.Single(policy => policy["metadata"]!["name"]!.ToString() == step["name"]!.ToString());
                else if (step["mutate"] is { } statement)
                    Change(changing!["spec"]!, statement.ToString(), saved); // got before
                else if (step["probe"] is { } probe && probe["to"]!.ToString().Contains('/', StringComparison.Ordinal))
                    Check(policies, probe, probes++);
            }
        }

        Assert.True(probes > 0);
    }

    private static void Check(List<JsonNode> policies, JsonNode probe, int number)
    {
        var cluster = new ClusterPolicy([.. Pods(), .. Spaces(), .. policies.Select(Policy)]);
        Assert.Empty(cluster.Problems);
        var packet = new FlowQuestion { Protocol = Parse(probe["proto"]!.ToString()), Port = ushort.Parse(probe["port"]!.ToString(), CultureInfo.InvariantCulture) }
            .Between(AddressOf(probe["from"]!.ToString()), AddressOf(probe["to"]!.ToString()));

        var decision = cluster.Decide(packet);

        Assert.True(probe["allowed"]!.GetValue<bool>() == (decision.Ingress?.IsAllowed == true && decision.Egress?.IsAllowed == true), $"probe {number}, {probe}: {decision}");
    }

    /// <summary><c>x := mutate.Spec.Egress[0]</c>, <c>mutate.Spec.Egress[0] = x</c>, <c>… = mutate.Spec.Egress[1]</c>, <c>mutate.Spec.Ingress[0].Action = …Pass</c>, <c>mutate.Spec.Priority = 40</c>.</summary>
    private static void Change(JsonNode spec, string statement, Dictionary<string, JsonNode> saved)
    {
        var assignment = Assignment().Match(statement);
        Assert.True(assignment.Success, statement);
        var (target, value) = (assignment.Groups["target"].Value, assignment.Groups["value"].Value.Replace(".DeepCopy()", "", StringComparison.Ordinal));
        if (target == "mutate.Spec.Priority")
        {
            spec["priority"] = int.Parse(value, CultureInfo.InvariantCulture);
            return;
        }

        var place = RuleAt().Match(target);
        if (place.Groups["field"].Success)
        {
            Rule(spec, place)["action"] = value.Split("RuleAction")[^1];
            return;
        }

        var rule = saved.GetValueOrDefault(value) ?? Rule(spec, RuleAt().Match(value)).DeepClone();
        if (place.Success)
            Rule(spec, place).ReplaceWith(rule.DeepClone());
        else
            saved[target] = rule;
    }

    private static JsonNode Rule(JsonNode spec, Match place) => spec[place.Groups["side"].Value.ToLowerInvariant()]![int.Parse(place.Groups["index"].Value, CultureInfo.InvariantCulture)]!; // the statements name rules that are there

    private static IResource Policy(JsonNode policy, int index) => policy["spec"]!["tier"]?.ToString() switch
    {
        "Admin" => Admin(policy, "kube-admin", index),
        "Baseline" => Admin(policy, "kube-baseline", index),
        _ => Own(policy),
    };

    private static IEnumerable<IResource> Pods() => Houses.SelectMany(house => new[] { 0, 1 }, (house, index) => new Resource<WorkloadEndpointSpec>(
        Kinds.WorkloadEndpoint,
        new() { Name = $"{house.Pod}-{index}", Namespace = Prefix + house.Space, Labels = Labels.Empty.With("conformance-house", house.Space) },
        new()
        {
            Node = "node",
            InterfaceName = $"cali{house.Space}{index}",
            IpNetworks = [AddressOf($"{Prefix}{house.Space}/{house.Pod}-{index}").HostPrefix],
            Profiles = [$"kns.{house.Space}"],
        }));

    private static IEnumerable<IResource> Spaces() => Houses.Select(house => new Resource<ProfileSpec>(
        Kinds.Profile,
        new() { Name = $"kns.{house.Space}" },
        new()
        {
            LabelsToApply = Labels.Empty.With("pcns.conformance-house", house.Space).With("pcns.kubernetes.io/metadata.name", Prefix + house.Space),
            Ingress = [new() { Action = RuleAction.Allow }],
            Egress = [new() { Action = RuleAction.Allow }],
        }));

    private static IPAddress AddressOf(string pod)
    {
        var house = Array.FindIndex(Houses, house => pod.StartsWith(Prefix + house.Space, StringComparison.Ordinal));
        return IPAddress.Parse($"10.0.{house}.{pod[^1] - '0' + 1}");
    }

    [GeneratedRegex(@"^(?<target>\S+) :?= (?<value>\S+)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Assignment();

    [GeneratedRegex(@"^mutate\.Spec\.(?<side>Ingress|Egress)\[(?<index>\d+)\](\.(?<field>Action))?$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex RuleAt();
}
