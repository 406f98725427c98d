using System.Net;
using Calico.Tests.Ipam;
using Calico.Tests.Support;

namespace Calico.Tests.Ctl;

/// <summary><c>calicoctl ipam split</c> and <c>ipam migrate</c>.</summary>
public abstract class PoolMoveTests(StorePlace place) : EachStore(place)
{
    private const string Resources = """
        - {apiVersion: projectcalico.org/v3, kind: Node, metadata: {name: a, labels: {rack: one}}}
        - {apiVersion: projectcalico.org/v3, kind: Node, metadata: {name: b}}
        - {apiVersion: projectcalico.org/v3, kind: IPPool, metadata: {name: old, labels: {of: ours}}, spec: {cidr: 10.0.0.0/24, blockSize: 28, natOutgoing: true}}
        """;

    private const string NewPool = "- {apiVersion: projectcalico.org/v3, kind: IPPool, metadata: {name: young}, spec: {cidr: 10.1.0.0/24, blockSize: 28, nodeSelector: SELECTOR}}";

    private CommandLine Ctl => field ??= new() { Another = Store };

    private IpamFixture Fixture => field ??= new(Store);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_pool_is_split_under_its_workloads_and_addresses_go_on_to_come_out_of_the_parts()
    {
        await Ctl.SucceedAsync("apply -f -", Resources);
        var before = await Fixture.AssignOneAsync("a", "before");

        Assert.Equal(
            "Successfully split IP pool old (10.0.0.0/24) into 4:\n  split-old-0 10.0.0.0/26\n  split-old-1 10.0.0.64/26\n  split-old-2 10.0.0.128/26\n  split-old-3 10.0.0.192/26\n",
            await Ctl.SucceedAsync("ipam split 4 --name old"));

        Assert.Equal("ippool/split-old-0\nippool/split-old-1\nippool/split-old-2\nippool/split-old-3\n", await Ctl.SucceedAsync("get ippools -o name"));
        Assert.Contains("labels:\n    of: ours\n", await Ctl.SucceedAsync("get ippool split-old-2 -o yaml"), StringComparison.Ordinal);
        Assert.Contains("natOutgoing: true\n", await Ctl.SucceedAsync("get ippool split-old-2 -o yaml"), StringComparison.Ordinal);
        var after = await Fixture.AssignOneAsync("a", "after"); // the process that knew the old pool
        var asked = await Fixture.AssignAsync(new() { Host = "b", HandleId = "asked", Pools = [IPNetwork.Parse("10.0.0.128/26")] });
        Assert.Equal(["after", "asked", "before"], (await Fixture.AuditAsync()).Values.Order(StringComparer.Ordinal));
        Assert.NotEqual(before, after);
        Assert.StartsWith("10.0.0.1", $"{Assert.Single(asked).Address}", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("3 --name old", "must be a power of 2")]
    [InlineData("1 --name old", "must be a power of 2")]
    [InlineData("32 --cidr 10.0.0.0/24", "smaller than one of its blocks, which are /28")]
    [InlineData("128 --cidr 10.0.0.0/24", "at most 64 at once")]
    [InlineData("4", "by --cidr or by --name")]
    [InlineData("4 --name none", "there is no IP pool 'none': the pools are old 10.0.0.0/24")]
    public async Task A_split_that_cannot_be_is_refused_and_changes_nothing(string arguments, string message)
    {
        await Ctl.SucceedAsync("apply -f -", Resources);

        Assert.Contains(message, await Ctl.FailAsync($"ipam split {arguments}"), StringComparison.Ordinal);
        Assert.Equal("ippool/old\n", await Ctl.SucceedAsync("get ippools -o name"));
    }

    [Fact]
    public async Task A_split_that_would_take_anothers_name_changes_nothing()
    {
        await Ctl.SucceedAsync("apply -f -", Resources + "\n- {apiVersion: projectcalico.org/v3, kind: IPPool, metadata: {name: split-old-1}, spec: {cidr: 10.9.0.0/24}}");

        Assert.Contains("already exists: IPPool(split-old-1); nothing was changed", await Ctl.FailAsync("ipam split 2 --name old"), StringComparison.Ordinal);
        Assert.Equal("ippool/old\nippool/split-old-1\n", await Ctl.SucceedAsync("get ippools -o name"));
    }

    [Fact]
    public async Task A_pool_is_emptied_host_by_host_and_removed_when_nothing_of_it_is_in_use()
    {
        await FillAsync("all()");
        var plan = await Ctl.SucceedAsync("ipam migrate old --to young --plan");
        Assert.Contains("IP pool old (10.0.0.0/24) to young (10.1.0.0/24): 1 address(es) in use on 2 host(s)\n", plan, StringComparison.Ordinal);
        Assert.Contains("| a    |      1 |          1 |            2 |\n| b    |      1 |          0 |            0 |\n", plan, StringComparison.Ordinal);
        Assert.Contains("\nTo be restarted on a:\n  10.0.0.", plan, StringComparison.Ordinal);
        Assert.Contains("Nothing is changed yet", plan, StringComparison.Ordinal);

        var first = await Ctl.RunAsync("ipam migrate old --to young --apply --host b");
        Assert.Equal(1, first.Status);
        Assert.StartsWith("Disabled IP pool old: no new address is given out of it\nb: gave up 1 block(s) and 0 address(es) in reserve; 0 in use\n", first.Output, StringComparison.Ordinal);
        Assert.Contains("| a    |      1 |          1 |            2 |\n+", first.Output, StringComparison.Ordinal);
        Assert.EndsWith("\nRestart these, host by host, and give the command again with --apply; the pool is removed once nothing of it is in use.\n", first.Output, StringComparison.Ordinal);

        var second = await Ctl.RunAsync("ipam migrate old --to 10.1.0.0/24 --apply");
        Assert.Equal(1, second.Status);
        Assert.StartsWith("a: gave up 0 block(s) and 2 address(es) in reserve; 1 in use\n", second.Output, StringComparison.Ordinal);

        // The container is restarted.
        await Fixture.Ipam.ReleaseByHandleAsync("one", Cancellation);
        Assert.StartsWith("10.1.0.", $"{await Fixture.AssignOneAsync("a", "again")}", StringComparison.Ordinal);
        Assert.Equal(
            "a: gave up 1 block(s) and 0 address(es) in reserve; 0 in use\nSuccessfully migrated IP pool old to young; IP pool old is deleted\n",
            await Ctl.SucceedAsync("ipam migrate old --to young --apply"));
        Assert.Equal("ippool/young\n", await Ctl.SucceedAsync("get ippools -o name"));
        Assert.Equal(["again"], (await Fixture.AuditAsync()).Values);
    }

    [Fact]
    public async Task A_migration_that_would_strand_a_workload_is_refused_and_planned_with_the_reason()
    {
        await FillAsync("rack == 'two'");

        Assert.Contains("Problem: IPPool(young) does not select the node a (nodeSelector rack == 'two'), where 1 address(es) are in use\n", await Ctl.SucceedAsync("ipam migrate old --to young --plan"), StringComparison.Ordinal);
        Assert.StartsWith("nothing was changed, since workloads could be left without an address: IPPool(young) does not select", await Ctl.FailAsync("ipam migrate old --to young --apply", status: 2), StringComparison.Ordinal);
        Assert.DoesNotContain("disabled", await Ctl.SucceedAsync("get ippool old -o yaml"), StringComparison.Ordinal);
        Assert.Contains("either --plan or --apply", await Ctl.FailAsync("ipam migrate old --to young", status: 2), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Docker_networks_that_ask_for_the_old_pool_are_named()
    {
        await FillAsync("all()");
        await Ctl.SucceedAsync("apply -f -", "- {apiVersion: projectcalico.org/v3, kind: DockerNetwork, metadata: {name: net1}, spec: {networkName: net1, subnets: [10.0.0.0/24]}}");

        Assert.Contains("Docker network net1 asks for 10.0.0.0/24: make it anew with --subnet=10.1.0.0/24 or with none.\n", await Ctl.SucceedAsync("ipam migrate old --to young --plan"), StringComparison.Ordinal);
    }

    /// <summary>An address and a reserve on a, an empty block on b.</summary>
    private async Task FillAsync(string selector)
    {
        await Ctl.SucceedAsync("apply -f -", Resources);
        await Fixture.AssignOneAsync("a", "one");
        await Fixture.Ipam.KeepReserveAsync("a", 2, Cancellation);
        await Fixture.AssignOneAsync("b", "passing");
        await Fixture.Ipam.ReleaseByHandleAsync("passing", Cancellation);
        await Ctl.SucceedAsync("apply -f -", NewPool.Replace("SELECTOR", $"\"{selector}\"", StringComparison.Ordinal));
    }
}
