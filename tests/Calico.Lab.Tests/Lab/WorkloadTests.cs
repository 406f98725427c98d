using Calico.Lab.Tests.Support;

namespace Calico.Lab.Tests.Lab;

/// <summary>Hosts with calico-node alone, and plain namespaces as its workloads.</summary>
public sealed class WorkloadTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_plain_namespace_becomes_a_workload_that_others_reach()
    {
        await using var lab = await LabHosts.UpAsync(["--hosts", "2", "--engine", "none"], Cancel);
        var first = await lab.DoAsync(["run", "vms100", "one"], Cancel);
        var second = await lab.DoAsync(["run", "vms101", "two"], Cancel);
        Assert.True(first.Succeeded && second.Succeeded, $"{first.Said}\n{second.Said}");

        await lab.EventuallyAsync("vms100", $"ip netns exec one ping -c1 -W1 {second.Output.Trim()} | grep ttl=62", TimeSpan.FromSeconds(10), Cancel);

        var again = await lab.DoAsync(["run", "vms100", "one"], Cancel);
        Assert.Equal(1, again.ExitStatus);
        Assert.Contains("making the namespace of one failed", again.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_node_no_workload_and_no_namespace_is_left()
    {
        await using var lab = await LabHosts.UpAsync(["--hosts", "1", "--engine", "none", "--node", "manual"], Cancel);

        var run = await lab.DoAsync(["run", "vms100", "one"], Cancel);

        Assert.Equal(1, run.ExitStatus);
        Assert.Contains("calico-lab start vms100 node", run.Error, StringComparison.Ordinal);
        Assert.Empty(await lab.ShellAsync("vms100", "ip netns", Cancel));
    }
}
