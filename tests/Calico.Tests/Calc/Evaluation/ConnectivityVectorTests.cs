using System.Net;
using System.Text.Json.Nodes;
using Calico.Calc.Evaluation;
using Calico.Ctl.Policy;
using Calico.Model.Addresses;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Calico.Model.Values;
using Calico.Tests.Support;
using static Calico.Tests.Calc.Evaluation.KubernetesPolicies;

namespace Calico.Tests.Calc.Evaluation;

/// <summary>Kubernetes' network policies in Calico's terms, against the connectivity that Kubernetes' own tool works out for them.</summary>
/// <remarks>Admin policies come in the tier kube-admin, a namespace's own in the default tier, the baseline in kube-baseline; a namespace's profile allows all.</remarks>
public sealed class ConnectivityVectorTests
{
    public static TheoryData<string> Cases => [.. File.ReadLines(Path.Combine(Repository.Root, "tests/Calico.Tests/Vectors/netpol_matrix.jsonl")).Distinct()];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_pair_and_port_is_as_in_Kubernetes(string line)
    {
        var row = JsonNode.Parse(line)!; // a row is an object
        var pods = Pods(row["resources"]!).ToList();
        var policies = List(row["admin_policies"]).Select((policy, index) => Admin(policy, "kube-admin", index))
            .Concat(List(row["network_policies"]).Select(Own))
            .Concat(row["baseline_policy"] is { } baseline ? [Admin(baseline, "kube-baseline", 0)] : []);
        var cluster = new ClusterPolicy([.. pods, .. Namespaces(row["resources"]!), .. policies]);
        Assert.Empty(cluster.Problems);

        foreach (var from in pods)
        {
            foreach (var to in pods.Where(to => to != from))
            {
                foreach (var (protocol, port) in List(row["resources"]!["protocols"]).SelectMany(protocol => List(row["resources"]!["ports"]), (protocol, port) => (Parse(protocol.ToString()), port.GetValue<ushort>())))
                    Check(row, cluster, (from, to), (protocol, port));
            }
        }
    }

    private static void Check(JsonNode row, ClusterPolicy cluster, (Resource<WorkloadEndpointSpec> From, Resource<WorkloadEndpointSpec> To) pair, (Protocol Protocol, ushort Port) traffic)
    {
        var packet = new FlowQuestion { Protocol = traffic.Protocol, Port = traffic.Port }.Between(AddressOf(pair.From), AddressOf(pair.To));
        var decision = cluster.Decide(packet);
        foreach (var (word, isAllowed) in new[] { ("ingress", decision.Ingress?.IsAllowed), ("egress", decision.Egress?.IsAllowed) })
        {
            var isException = List(row[$"non_default_{word}"]).Any(flow =>
                flow["from"]!.ToString() == Name(pair.From) && flow["to"]!.ToString() == Name(pair.To)
                && flow["proto"]!.ToString() == traffic.Protocol.ToString() && flow["port"]!.GetValue<ushort>() == traffic.Port);
            var expected = row[$"default_{word}"]!.ToString() == "allowed" != isException;
            Assert.True(expected == isAllowed, $"{word} {packet}: {decision}");
        }
    }

    private static IEnumerable<Resource<WorkloadEndpointSpec>> Pods(JsonNode resources)
    {
        var next = IPAddress.Parse("10.0.0.1");
        foreach (var (ns, pod) in List(resources["namespaces"]).SelectMany(ns => List(resources["pods"]), (ns, pod) => (ns.ToString(), pod.ToString())))
        {
            yield return new(
                Kinds.WorkloadEndpoint,
                new() { Name = pod, Namespace = ns, Labels = Labels.Empty.With("pod", pod) },
                new()
                {
                    Node = "node",
                    InterfaceName = $"cali{ns}{pod}",
                    IpNetworks = [next.HostPrefix],
                    Profiles = [$"kns.{ns}"],
                    Ports = List(resources["ports"]).Select(port => new EndpointPort { Name = $"serve-{port}-tcp", Protocol = Protocol.Tcp, Port = port.GetValue<ushort>() }).ToValueList(),
                });
            next = next.Plus(1);
        }
    }

    private static IEnumerable<IResource> Namespaces(JsonNode resources) => List(resources["namespaces"]).Select(ns => new Resource<ProfileSpec>(
        Kinds.Profile,
        new() { Name = $"kns.{ns}" },
        new()
        {
            LabelsToApply = Labels.Empty.With("pcns.ns", ns.ToString()),
            Ingress = [new() { Action = RuleAction.Allow }],
            Egress = [new() { Action = RuleAction.Allow }],
        }));

    private static IPAddress AddressOf(Resource<WorkloadEndpointSpec> pod) => pod.Spec.IpNetworks![0].BaseAddress; // every pod here has one

    private static string Name(Resource<WorkloadEndpointSpec> pod) => $"{pod.Metadata.Namespace}/{pod.Name}";
}
