namespace Calico.Tests.Ctl;

public sealed class ExplainTests
{
    private const string Resources =
        """
        apiVersion: projectcalico.org/v3
        kind: List
        items:
        - {apiVersion: projectcalico.org/v3, kind: Profile, metadata: {name: open}, spec: {ingress: [{action: Allow}], egress: [{action: Allow}]}}
        - {apiVersion: projectcalico.org/v3, kind: IPPool, metadata: {name: pool}, spec: {cidr: 10.0.0.0/24}}
        - {apiVersion: projectcalico.org/v3, kind: WorkloadEndpoint, metadata: {name: a-lab-w-web1, labels: {role: web}}, spec: {node: a, orchestrator: lab, workload: w, endpoint: web1, interfaceName: cali1, ipNetworks: [10.0.0.1/32], profiles: [open]}}
        - {apiVersion: projectcalico.org/v3, kind: WorkloadEndpoint, metadata: {name: a-lab-w-web2, labels: {role: web}}, spec: {node: a, orchestrator: lab, workload: w, endpoint: web2, interfaceName: cali2, ipNetworks: [10.0.0.2/32], profiles: [open]}}
        - {apiVersion: projectcalico.org/v3, kind: WorkloadEndpoint, metadata: {name: b-lab-v-db, labels: {role: db}}, spec: {node: b, orchestrator: lab, workload: v, endpoint: db, interfaceName: cali3, ipNetworks: [10.0.0.3/32], profiles: [open]}}
        - {apiVersion: projectcalico.org/v3, kind: GlobalNetworkPolicy, metadata: {name: db}, spec: {selector: role == 'db', ingress: [{action: Deny, source: {selector: role == 'web'}}]}}

        """;

    private readonly CommandLine _ctl = new();

    [Fact]
    public async Task The_store_is_asked_and_the_rule_is_named_with_the_labels_that_matter()
    {
        await _ctl.SucceedAsync("apply -f -", Resources);

        var answer = await _ctl.RunAsync("explain web1 db --port 80");

        Assert.Equal(1, answer.Status);
        Assert.Contains("Egress of default/a-lab-w-web1 on a: allowed by Profile(open) egress[0]\n", answer.Output, StringComparison.Ordinal);
        Assert.Contains("Ingress of default/b-lab-v-db on b: denied by GlobalNetworkPolicy(db) ingress[0]\n", answer.Output, StringComparison.Ordinal);
        Assert.Contains("GlobalNetworkPolicy(db) applies by role == \"db\": role = db\n", answer.Output, StringComparison.Ordinal);
        Assert.Contains("ingress[0] Deny from role == 'web': matches (default/a-lab-w-web1: role = web)\n", answer.Output, StringComparison.Ordinal);
        Assert.EndsWith("\nDenied\n", answer.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_past_is_answered_by_a_revision()
    {
        await _ctl.SucceedAsync("apply -f -", Resources);
        var then = (await _ctl.Store.ListAsync("/calico/", TestContext.Current.CancellationToken)).Revision;
        await _ctl.SucceedAsync("delete gnp db");

        Assert.Equal(0, (await _ctl.RunAsync("explain web1 db --port 80")).Status);
        Assert.Equal(1, (await _ctl.RunAsync($"explain web1 db --port 80 --at {then}")).Status);
        Assert.Contains("there is no revision", await _ctl.FailAsync($"explain web1 db --port 80 --at {then + 1000}", status: 2), StringComparison.Ordinal);
        Assert.Contains("is neither a revision", await _ctl.FailAsync("explain web1 db --port 80 --at yesterday", status: 2), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_past_is_answered_by_a_time_and_says_who_had_changed_it_last()
    {
        await _ctl.SucceedAsync("apply -f -", Resources);
        await Task.Delay(5, TestContext.Current.CancellationToken); // so that the clock tells the two commands apart
        var then = TimeProvider.System.GetUtcNow();
        await Task.Delay(5, TestContext.Current.CancellationToken);
        await _ctl.SucceedAsync("delete gnp db");

        var answer = await _ctl.RunAsync($"explain web1 db --port 80 --at {then:O}");

        Assert.Equal(1, answer.Status);
        Assert.Contains("calicoctl apply (", answer.Error, StringComparison.Ordinal);
        Assert.Contains("keeps nothing from before", await _ctl.FailAsync("explain web1 db --port 80 --at 1h", status: 2), StringComparison.Ordinal);
        Assert.Contains("has yet to come", await _ctl.FailAsync("explain web1 db --port 80 --at 2999-01-01", status: 2), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_container_may_be_named_like_an_address()
    {
        await _ctl.SucceedAsync("apply -f -", Resources.Replace("endpoint: web2", "endpoint: 10.0.0.9", StringComparison.Ordinal).Replace("a-lab-w-web2", "a-lab-w-10.0.0.9", StringComparison.Ordinal));

        Assert.Contains("Egress of default/a-lab-w-10.0.0.9 on a", (await _ctl.RunAsync("explain 10.0.0.9 db --port 80")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_policy_that_selects_nobody_is_stored_with_a_warning()
    {
        await _ctl.SucceedAsync("apply -f -", Resources);

        var answer = await _ctl.RunAsync("apply -f -", "{apiVersion: projectcalico.org/v3, kind: GlobalNetworkPolicy, metadata: {name: idle}, spec: {selector: role == 'none'}}");

        Assert.Equal("Warning: GlobalNetworkPolicy(idle) selects no endpoint: role == \"none\"\n", answer.Error);
        Assert.Equal("Successfully applied 1 'GlobalNetworkPolicy' resource(s)\n", answer.Output);
    }

    [Fact]
    public async Task A_name_that_means_several_is_refused_with_the_choices_and_one_that_means_none_too()
    {
        await _ctl.SucceedAsync("apply -f -", Resources);

        Assert.Contains("'w' is more than one endpoint: give one of default/a-lab-w-web1 (10.0.0.1), default/a-lab-w-web2 (10.0.0.2)", await _ctl.FailAsync("explain w db", status: 2), StringComparison.Ordinal);
        Assert.Contains("'x' is no container, endpoint, network set, prefix or address", await _ctl.FailAsync("explain x db", status: 2), StringComparison.Ordinal);
        Assert.Contains("give --port with --protocol TCP", await _ctl.FailAsync("explain web1 db -p tcp", status: 2), StringComparison.Ordinal);
        Assert.Contains("have no address family in common", await _ctl.FailAsync("explain web1 fd00::1", status: 2), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_of_a_pool_that_no_endpoint_has_is_reached_by_nobody()
    {
        await _ctl.SucceedAsync("apply -f -", Resources);

        var answer = await _ctl.RunAsync("explain web1 10.0.0.77 --port 80");

        Assert.Equal(1, answer.Status);
        Assert.Contains("it is in IPPool(pool), yet no endpoint has it: nobody is there", answer.Output, StringComparison.Ordinal);
    }
}
