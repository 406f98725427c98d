using Calico.Tests.Support;

namespace Calico.Tests.Ctl;

public sealed class PolicyDiffTests : IDisposable
{
    private const string Base =
        """
        apiVersion: projectcalico.org/v3
        kind: List
        items:
        - {apiVersion: projectcalico.org/v3, kind: Profile, metadata: {name: open}, spec: {ingress: [{action: Allow}], egress: [{action: Allow}]}}
        - {apiVersion: projectcalico.org/v3, kind: WorkloadEndpoint, metadata: {name: web1, labels: {role: web}}, spec: {node: a, interfaceName: cali1, ipNetworks: [10.0.0.1/32], profiles: [open]}}
        - {apiVersion: projectcalico.org/v3, kind: WorkloadEndpoint, metadata: {name: web2, labels: {role: web}}, spec: {node: b, interfaceName: cali2, ipNetworks: [10.0.0.2/32], profiles: [open]}}
        - {apiVersion: projectcalico.org/v3, kind: WorkloadEndpoint, metadata: {name: db, labels: {role: db}}, spec: {node: b, interfaceName: cali3, ipNetworks: [10.0.0.3/32], profiles: [open]}}

        """;

    private readonly TemporaryFolder _folder = new();
    private readonly CommandLine _ctl = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_same_policy_in_other_words_is_no_difference()
    {
        var one = Policy("one", "role == 'db'", "{action: Allow, protocol: TCP, source: {selector: role == 'web'}, destination: {ports: [80, 81]}}");
        var two = Policy("two", "role in {'db'}", "{action: Allow, protocol: TCP, source: {selector: has(role) && role != 'db'}, destination: {ports: ['80:81']}}");

        Assert.Equal("No packet is treated differently\n", await _ctl.SucceedAsync($"policy diff {one} {two} -f {Common()}"));
    }

    [Fact]
    public async Task Pairs_and_ports_that_open_and_close_are_listed()
    {
        var before = Policy("before", "role == 'db'", "{action: Allow, protocol: TCP, source: {selector: role == 'web'}, destination: {ports: ['80:90']}}");
        var after = Policy("after", "role == 'db'", "{action: Allow, protocol: TCP, source: {nets: [10.0.0.1/32]}, destination: {ports: ['85:443']}}");

        var answer = await _ctl.RunAsync($"policy diff {before} {after} -f {Common()}");

        Assert.Equal(1, answer.Status);
        Assert.Equal(
            $"""
            + default/web1 -> default/db  TCP 91:443  (allowed by GlobalNetworkPolicy(db) ingress[0] ({after}:1))
            - default/web1 -> default/db  TCP 80:84  (denied by end of tier default)
            - default/web2 -> default/db  TCP 80:90  (denied by end of tier default)
            1 pair(s) with more allowed, 2 with more denied

            """,
            answer.Output);
    }

    [Fact]
    public async Task What_comes_from_outside_is_compared_too()
    {
        var before = Policy("before", "role == 'db'", "{action: Allow, source: {nets: [192.168.0.0/16]}}");
        var after = Policy("after", "role == 'db'", "{action: Allow, source: {nets: [192.168.1.0/24]}}");

        var answer = await _ctl.RunAsync($"policy diff {before} {after} -f {Common()}");

        Assert.Contains("- 192.168.0.0 -> default/db  TCP; UDP; ping; other protocols", answer.Output, StringComparison.Ordinal);
        Assert.Contains("- 192.168.2.0 -> default/db", answer.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("192.168.1.0 ->", answer.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_endpoint_of_one_side_only_is_named_and_left_out()
    {
        var before = Policy("before", "role == 'db'", "{action: Allow}");
        var extra = "---\n{apiVersion: projectcalico.org/v3, kind: WorkloadEndpoint, metadata: {name: new}, spec: {node: a, interfaceName: cali9, ipNetworks: [10.0.0.9/32], profiles: [open]}}\n";
        var after = Policy("after", "role == 'db'", "{action: Allow}");
        await File.AppendAllTextAsync(after, extra, TestContext.Current.CancellationToken);

        var answer = await _ctl.RunAsync($"policy diff {before} {after} -f {Common()}");

        Assert.Equal("Notice: default/new is only in the second: its traffic is not compared\n", answer.Error);
        Assert.Equal(0, answer.Status);
    }

    private string Common()
    {
        File.WriteAllText($"{_folder.Path}/common.yaml", Base);
        return $"{_folder.Path}/common.yaml";
    }

    private string Policy(string file, string selector, string rule)
    {
        var path = $"{_folder.Path}/{file}.yaml";
        File.WriteAllText(path, $"{{apiVersion: projectcalico.org/v3, kind: GlobalNetworkPolicy, metadata: {{name: db}}, spec: {{selector: \"{selector}\", ingress: [{rule}]}}}}\n");
        return path;
    }
}
