using System.Text;

namespace Calico.Benchmarks.Figures;

/// <summary>So many rules, of which only the last matches what is sent, and allows it.</summary>
/// <param name="Name">With their number.</param>
/// <param name="Count">How many in each direction.</param>
/// <param name="Sets">How many network sets the rules select.</param>
/// <param name="Rule">One of them: its number and the peer's side of it, with the direction's name.</param>
internal sealed record RuleMix(string Name, int Count, int Sets, Func<int, string, string> Rule)
{
    private const int RulesAPolicy = 1000;

    /// <summary>By port, by network and port, and by network, in turn, every fifth to deny.</summary>
    public static RuleMix InTurn(int count) => new($"{count} rules", count, Sets: 0, (i, side) => Line(i, side, (i % 3) switch
    {
        0 => ("TCP", "", $"ports: [{Port(i)}]"),
        1 => ("TCP", $"nets: [{Net(i)}]", $"ports: [{Port(i)}]"),
        _ => (null, $"nets: [{Net(i)}]", ""),
    }));

    /// <summary>The same with ranges of ports, prefixes, selectors with and without a port, and a few <c>not</c>.</summary>
    public static RuleMix OfAllKinds(int count) => new($"{count} rules with ranges, selectors and not", count, Sets: 50, (i, side) => Line(i, side, (i % 8, i % 100 == 7) switch
    {
        (_, true) => ("TCP", $"nets: [\"172.16.0.0/12\"], notNets: [{Net(i)}]", $"ports: [{Port(i)}]"),
        (0, _) => ("TCP", "", $"ports: [{Port(i)}, \"{Port(20_000 + (2 * i))}:{Port(20_001 + (2 * i))}\"]"),
        (1, _) => ("TCP", $"selector: \"bench-set == 's{i % 50}'\"", $"ports: [{Port(i)}]"),
        (2, _) => ("UDP", "", $"ports: [{Port(i)}]"),
        (3, _) => (null, $"selector: \"bench-set == 's{i % 50}'\"", ""),
        (4, _) => ("TCP", $"nets: [\"172.{20 + (i / 256)}.{i % 256}.0/24\"]", $"ports: [\"{Port(i)}:{Port(i + 3)}\"]"),
        (5, _) => ("TCP", "", $"ports: [{Port(i)}]"),
        _ => (null, $"nets: [{Net(i)}]", ""),
    }));

    /// <summary>As calicoctl takes them.</summary>
    public string Policies(string workload)
    {
        var yaml = new StringBuilder();
        for (var set = 0; set < Sets; set++)
        {
            yaml.Append(
                $"---\napiVersion: projectcalico.org/v3\nkind: GlobalNetworkSet\nmetadata: {{name: bench-{set}, labels: {{bench-set: s{set}}}}}\n"
                + $"spec: {{nets: [\"172.30.{set}.1/32\", \"172.30.{set}.2/32\", \"172.30.{set}.3/32\"]}}\n");
        }

        for (var first = 0; first < Count; first += RulesAPolicy)
        {
            yaml.Append(
                $"---\napiVersion: projectcalico.org/v3\nkind: GlobalNetworkPolicy\nmetadata: {{name: {workload}-{first:00000}}}\n"
                + $"spec:\n  order: {first}\n  selector: bench == '{workload}'\n  types: [Ingress, Egress]\n");
            foreach (var (direction, side) in new[] { ("ingress", "source"), ("egress", "destination") })
            {
                yaml.Append($"  {direction}:\n");
                for (var i = first; i < Math.Min(first + RulesAPolicy, Count); i++)
                    yaml.Append(i == Count - 1 ? "  - {action: Allow}\n" : Rule(i, side));
            }
        }

        return yaml.ToString();
    }

    /// <summary>What the one that allows is called in the kernel.</summary>
    public string LastRule(string workload)
    {
        var last = Count - 1;
        return $"GlobalNetworkPolicy({workload}-{last / RulesAPolicy * RulesAPolicy:00000}) ingress[{last % RulesAPolicy}]";
    }

    private static string Line(int i, string side, (string? Protocol, string Peer, string Ports) asks)
    {
        var (peer, ports) = (asks.Peer, asks.Ports);
        var ends = side == "source"
            ? $"source: {{{peer}}}, destination: {{{ports}}}"
            : $"destination: {{{peer}{(peer.Length > 0 && ports.Length > 0 ? ", " : "")}{ports}}}";
        return $"  - {{action: {(i % 5 == 0 ? "Deny" : "Allow")}{(asks.Protocol is { } protocol ? $", protocol: {protocol}" : "")}, {ends}}}\n";
    }

    private static string Net(int i) => $"\"172.{16 + (i / 65536)}.{i / 256 % 256}.{i % 256}/32\"";

    private static int Port(int i) => 10_000 + i;
}
