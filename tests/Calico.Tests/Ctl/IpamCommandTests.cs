using Calico.Tests.Support;

namespace Calico.Tests.Ctl;

public abstract class IpamCommandTests(StorePlace place) : EachStore(place)
{
    private const string Resources =
        """
        apiVersion: projectcalico.org/v3
        kind: List
        items:
        - {apiVersion: projectcalico.org/v3, kind: Node, metadata: {name: a}, spec: {}}
        - {apiVersion: projectcalico.org/v3, kind: IPPool, metadata: {name: pool}, spec: {cidr: 10.0.0.0/24, blockSize: 28}}

        """;

    private CommandLine Ctl => field ??= new() { Another = Store };

    [Fact]
    public async Task Pools_and_blocks_are_shown_in_Calicos_table()
    {
        await AssignAsync("one");

        Assert.Equal(
            """
            +----------+-------------+-----------+------------+------------+
            | GROUPING |    CIDR     | IPS TOTAL | IPS IN USE |  IPS FREE  |
            +----------+-------------+-----------+------------+------------+
            | IP Pool  | 10.0.0.0/24 |       256 | 1 (0%)     | 255 (100%) |
            +----------+-------------+-----------+------------+------------+

            """,
            await Ctl.SucceedAsync("ipam show"));
        Assert.Contains("| Block    | ", await Ctl.SucceedAsync("ipam show --show-blocks"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_is_shown_with_its_owner_released_and_then_free()
    {
        var address = await AssignAsync("one");

        Assert.StartsWith($"IP {address} is in use\nHandle ID: one\nActive Owner Attributes:\n  node: a\n  timestamp: ", await Ctl.SucceedAsync($"ipam show --ip {address}"), StringComparison.Ordinal);
        Assert.Equal($"Successfully released IP address {address}\n", await Ctl.SucceedAsync($"ipam release --ip {address}"));
        Assert.Equal($"{address} is not assigned\n", await Ctl.SucceedAsync($"ipam show --ip {address}"));
        Assert.Equal($"IP address {address} is not assigned\n", await Ctl.FailAsync($"ipam release --ip {address}"));
        Assert.Contains("is not an IP address", await Ctl.FailAsync("ipam show --ip nonsense"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Settings_are_shown_and_changed_by_Calicos_rules()
    {
        Assert.Equal("Successfully set StrictAffinity to: true\n", await Ctl.SucceedAsync("ipam configure --strictaffinity true"));
        Assert.Equal("Successfully set MaxBlocksPerHost to: 3\n", await Ctl.SucceedAsync("ipam configure --max-blocks-per-host 3"));
        Assert.Contains("MaxBlocksPerHost requires StrictAffinity", await Ctl.FailAsync("ipam configure --strictaffinity false"), StringComparison.Ordinal);
        Assert.Contains("give --strictaffinity", await Ctl.FailAsync("ipam configure"), StringComparison.Ordinal);

        var shown = await Ctl.SucceedAsync("ipam show --show-configuration");
        Assert.Contains("| StrictAffinity     | true  |", shown, StringComparison.Ordinal);
        Assert.Contains("| MaxBlocksPerHost   |     3 |", shown, StringComparison.Ordinal);
        Assert.Contains("| AutoAllocateBlocks | true  |", shown, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_leak_is_found_reported_and_released_by_the_report()
    {
        using var folder = new TemporaryFolder();
        var address = await AssignAsync("one", "2020-01-01 00:00:00 +0000 UTC");
        var report = Path.Combine(folder.Path, "report.json");

        var check = await Ctl.RunAsync($"ipam check --show-problem-ips -o {report}");
        Assert.Equal(1, check.Status);
        Assert.Contains($"  {address} leaked: no endpoint on a or elsewhere has it; handle one on node a\n", check.Output, StringComparison.Ordinal);
        Assert.EndsWith("\nCheck complete; found 1 problem.\n", check.Output, StringComparison.Ordinal);

        Assert.StartsWith($"Released {address} (", await Ctl.SucceedAsync($"ipam release --from-report {report}"), StringComparison.Ordinal);
        Assert.Equal(0, (await Ctl.RunAsync("ipam check")).Status);
        Assert.Contains("cannot be read as a report", await Ctl.FailAsync("ipam release --from-report /dev/null"), StringComparison.Ordinal);
    }

    private async Task<string> AssignAsync(string handle, string? given = null)
    {
        await Ctl.SucceedAsync("apply -f -", Resources);
        var ipam = Ipam.IpamFixture.NewClient(Store);
        var attributes = given is null ? Calico.Model.Values.Labels.Empty : Calico.Model.Values.Labels.Empty.With("timestamp", given);
        var outcome = await ipam.AssignAsync(new() { Host = "a", HandleId = handle, Attributes = attributes }, TestContext.Current.CancellationToken);
        return Assert.Single(Assert.IsType<Calico.Ipam.AssignOutcome.Assigned>(outcome).Addresses).Address.ToString();
    }
}
