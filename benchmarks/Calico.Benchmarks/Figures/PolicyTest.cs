using System.Diagnostics;
using System.Text;
using Calico.Benchmarks.Report;
using Calico.Lab.Tools;

namespace Calico.Benchmarks.Figures;

/// <summary><c>calicoctl policy test</c> as a CI job runs it: the program as built, from its start to its exit, resources and tests in YAML.</summary>
internal sealed class PolicyTest : IFigure
{
    private const int Endpoints = 500, Policies = 200, Nodes = 10, Wide = 10;
    private const double Limit = 1;

    public string Name => "policy-test";
    public string What => $"calicoctl policy test over {Endpoints} endpoints and {Policies} policies, seconds";

    public async Task<IReadOnlyList<Result>> MeasureAsync(Run run, CancellationToken cancel)
    {
        var program = Path.Combine(Repository.Root, "bin", "calicoctl");
        var folder = Directory.CreateTempSubdirectory("calico-bench-policy-").FullName;
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder, "policies.yaml"), ManyPolicies(), cancel);
            var tests = Path.Combine(folder, "tests.yaml");
            await File.WriteAllTextAsync(tests, Tests(), cancel);
            run.Progress.Say($"testing {Policies} policies");
            var times = new List<double>();
            for (var round = 0; round <= (run.Rounds ?? 10); round++)
            {
                var began = Stopwatch.GetTimestamp();
                var output = await Tool.MustAsync("testing policies", [program, "policy", "test", tests], input: null, cancel);
                if (round > 0)
                    times.Add(Stopwatch.GetElapsedTime(began).TotalSeconds);
                if (!output.Contains($"{Count} passed", StringComparison.Ordinal))
                    throw new BenchException($"not all {Count} tests passed: {output.Split('\n')[^2]}");
            }

            var detail = $"{Count} tests, the endpoints on {Nodes} hosts; median of {times.Count}, worst {times.Max():0.00}";
            return [Result.Below(new Measure(Name, What, Medians.Of(times), $"{Medians.Of(times):0.00}", detail), Limit)];
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static int Count => (2 * Policies) + Wide;

    /// <summary>Each application lets the next one in, and nobody else; of every tenth, all of a role.</summary>
    private static string ManyPolicies()
    {
        var yaml = new StringBuilder();
        for (var i = 0; i < Policies; i++)
        {
            yaml.Append(
                $"---\napiVersion: projectcalico.org/v3\nkind: GlobalNetworkPolicy\nmetadata: {{name: app{i:000}}}\n"
                + $"spec:\n  order: {i}\n  selector: app == 'app{i}'\n  types: [Ingress]\n  ingress:\n"
                + $"  - {{action: Allow, protocol: TCP, source: {{selector: \"app == 'app{(i + 1) % Policies}'\"}}, destination: {{ports: [80, '8000:8100']}}}}\n");
            if (i % 10 == 0)
                yaml.Append("  - {action: Allow, protocol: TCP, source: {selector: \"role in {'role1', 'role2'} && !has(untrusted)\"}, destination: {ports: [443]}}\n");
        }

        return yaml.ToString();
    }

    private static string Tests()
    {
        var yaml = new StringBuilder("resources: [policies.yaml]\nendpoints:\n");
        for (var i = 0; i < Endpoints; i++)
            yaml.Append($"- {{name: endpoint{i}, node: host{i % Nodes}, labels: {{app: app{i % Policies}, role: role{i % 5}}}, profiles: [projectcalico-default-allow]}}\n");

        yaml.Append("tests:\n");
        for (var i = 0; i < Policies; i++)
        {
            yaml.Append($"- {{from: endpoint{(i + 1) % Policies}, to: endpoint{i}, port: 80, expect: allow}}\n");
            yaml.Append($"- {{from: endpoint{(i + 2) % Policies}, to: endpoint{i}, ports: [80, 8080], expect: deny}}\n");
        }

        for (var i = 0; i < Wide; i++)
            yaml.Append($"- {{from: {{selector: \"role == 'role1'\"}}, to: {{selector: \"app == 'app{10 * i}'\"}}, port: 443, expect: allow}}\n");
        return yaml.ToString();
    }
}
