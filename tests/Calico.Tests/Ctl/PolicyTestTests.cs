using Calico.Tests.Support;

namespace Calico.Tests.Ctl;

public sealed class PolicyTestTests : IDisposable
{
    private const string Policies =
        """
        apiVersion: projectcalico.org/v3
        kind: GlobalNetworkPolicy
        metadata: {name: db}
        spec:
          selector: role == 'db'
          ingress:
          - action: Allow
            protocol: TCP
            source: {selector: role == 'web'}
            destination: {ports: [3306]}
        ---
        apiVersion: projectcalico.org/v3
        kind: Profile
        metadata: {name: open}
        spec:
          ingress: [{action: Allow}]
          egress: [{action: Allow}]
        """;

    private const string Endpoints =
        """
        endpoints:
        - {name: web, labels: {role: web}, profiles: [open], node: a}
        - {name: db, labels: {role: db}, profiles: [open], node: b}
        - {name: other, profiles: [open], node: a}

        """;

    private readonly TemporaryFolder _folder = new();
    private readonly CommandLine _ctl = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_is_expected_and_so_passes_and_what_is_not_fails_with_the_rule_and_its_line()
    {
        var tests = Write(
            """
            tests:
            - {name: web may, from: web, to: db, port: 3306, expect: allow, rule: "GlobalNetworkPolicy(db) ingress[0]"}
            - {name: other may not, from: other, to: db, port: 3306, expect: deny}
            - {name: other may, from: other, to: db, port: 3306, expect: allow}
            - {name: web may by another rule, from: web, to: db, port: 3306, expect: allow, rule: "Profile(open) ingress[0]"}
            - {name: nobody may, from: {selector: all()}, to: db, port: 3306, expect: deny}
            """);

        var answer = await _ctl.RunAsync($"policy test {tests} -f {_folder.Path}/policies.yaml");

        Assert.Equal(1, answer.Status);
        Assert.Equal("", answer.Error);
        var lines = answer.Output.Replace(_folder.Path + "/", "", StringComparison.Ordinal).Split('\n');
        Assert.Equal("ok    web may", lines[0]);
        Assert.Equal("ok    other may not", lines[1]);
        Assert.Equal("FAIL  other may (tests.yaml:8)", lines[2]);
        Assert.Equal("      default/other -> default/db (TCP 198.18.0.3:49152 -> 198.18.0.2:3306): expected allow, but denied by end of tier default, at the receiver", lines[3]);
        Assert.StartsWith("FAIL  web may by another rule", lines[4], StringComparison.Ordinal);
        Assert.StartsWith("FAIL  nobody may", lines[6], StringComparison.Ordinal);
        Assert.EndsWith("and allowed by GlobalNetworkPolicy(db) ingress[0] (policies.yaml:7), at the receiver", lines[7], StringComparison.Ordinal);
        Assert.Equal("2 passed, 3 failed, 6 flows", lines[8]);
    }

    [Fact]
    public async Task JUnit_counts_the_same_and_is_well_formed()
    {
        var tests = Write("tests:\n- {name: a < b, from: web, to: db, port: 3306, expect: allow}\n- {from: other, to: db, port: 3306, expect: allow}");

        var answer = await _ctl.RunAsync($"policy test {tests} -f {_folder.Path}/policies.yaml -o junit --junit {_folder.Path}/report.xml");

        var suite = System.Xml.Linq.XDocument.Parse(answer.Output).Root?.Element("testsuite");
        Assert.Equal("2", suite?.Attribute("tests")?.Value);
        Assert.Equal("1", suite?.Attribute("failures")?.Value);
        Assert.Equal(["a < b", "other -> db TCP port 3306: allow"], suite?.Elements("testcase").Select(test => test.Attribute("name")?.Value));
        Assert.Contains("expected allow, but denied by end of tier default", suite?.Value, StringComparison.Ordinal);
        Assert.Equal(answer.Output, await File.ReadAllTextAsync($"{_folder.Path}/report.xml", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Every_mistake_in_the_file_is_named_with_its_line()
    {
        var tests = Write(
            """
            tests:
            - {from: web, too: db, port: 3306, expect: allow}
            - {from: {selector: "role =="}, to: db, port: 0, expect: perhaps}
            - {from: web, to: db, protocol: UDP, expect: deny}
            """);

        var error = (await _ctl.FailAsync($"policy test {tests}", status: 2)).Replace(_folder.Path + "/", "", StringComparison.Ordinal);

        Assert.Contains("tests.yaml:6: tests[0].to: is required", error, StringComparison.Ordinal);
        Assert.Contains("tests.yaml:6: tests[0].too: unknown field", error, StringComparison.Ordinal);
        Assert.Contains("tests.yaml:7: tests[1].from.selector: bad selector 'role ==': expected string at character 8", error, StringComparison.Ordinal);
        Assert.Contains("tests.yaml:7: tests[1].port: expected a port from 1 to 65535: '0'", error, StringComparison.Ordinal);
        Assert.Contains("tests.yaml:7: tests[1].expect: expected allow or deny: 'perhaps'", error, StringComparison.Ordinal);
        Assert.Contains("tests.yaml:8: tests[2].port: is required with protocol UDP", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_that_nobody_has_fails_its_test_and_no_other()
    {
        var tests = Write("tests:\n- {name: typo, from: wbe, to: db, port: 3306, expect: allow}\n- {name: good, from: web, to: db, port: 3306, expect: allow}");

        var answer = await _ctl.RunAsync($"policy test {tests} -f {_folder.Path}/policies.yaml");

        Assert.Contains("'wbe' is no container, endpoint, network set, prefix or address. The endpoints are: default/db, default/other, default/web", answer.Output, StringComparison.Ordinal);
        Assert.Contains("ok    good\n1 passed, 1 failed, 1 flows\n", answer.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_policy_that_selects_nobody_and_a_port_that_nobody_has_are_warned_of()
    {
        var tests = Write("tests:\n- {from: web, to: db, port: 3306, expect: allow}");
        await File.AppendAllTextAsync(
            $"{_folder.Path}/policies.yaml",
            "\n---\n{apiVersion: projectcalico.org/v3, kind: GlobalNetworkPolicy, metadata: {name: idle}, spec: {selector: has(nothing), ingress: [{action: Allow, destination: {ports: [http]}}]}}",
            TestContext.Current.CancellationToken);

        var answer = await _ctl.RunAsync($"policy test {tests} -f {_folder.Path}/policies.yaml");

        Assert.Equal(0, answer.Status);
        Assert.Contains("Warning: GlobalNetworkPolicy(idle) selects no endpoint: has(nothing)\n", answer.Error, StringComparison.Ordinal);
        Assert.Contains("Warning: GlobalNetworkPolicy(idle) names the port 'http', which no endpoint has", answer.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_live_store_is_tested_too_with_files_in_place_of_what_it_has()
    {
        await _ctl.SucceedAsync("apply -f -", Policies);
        var tests = Write("tests:\n- {from: other, to: db, port: 3306, expect: deny}");

        Assert.EndsWith("1 passed, 0 failed, 1 flows\n", await _ctl.SucceedAsync($"policy test {tests} --live"), StringComparison.Ordinal);

        var open = "{apiVersion: projectcalico.org/v3, kind: GlobalNetworkPolicy, metadata: {name: db}, spec: {selector: role == 'db', ingress: [{action: Allow}]}}";
        await File.WriteAllTextAsync($"{_folder.Path}/open.yaml", open, TestContext.Current.CancellationToken);
        var answer = await _ctl.RunAsync($"policy test {tests} --live -f {_folder.Path}/open.yaml");
        Assert.Equal(1, answer.Status);
        Assert.Contains($"open.yaml:1", answer.Output, StringComparison.Ordinal);
    }

    private string Write(string tests)
    {
        File.WriteAllText($"{_folder.Path}/policies.yaml", Policies);
        File.WriteAllText($"{_folder.Path}/tests.yaml", Endpoints + tests);
        return $"{_folder.Path}/tests.yaml";
    }
}
