using Calico.Lab.Tests.Support;

namespace Calico.Lab.Tests.Bgp;

/// <summary>calico-node's BGP between the hosts of a lab.</summary>
public sealed class NodeTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task No_packet_is_lost_when_nodes_are_killed_and_restarted()
    {
        await using var lab = await LabHosts.UpAsync(["--hosts", "2", "--engine", "none"], Cancel);
        var address = await TwoWorkloadsAsync(lab);

        var pinging = lab.ShellAsync("vms100", $"ip netns exec one ping -n -q -i 0.05 -c 500 -W 5 {address}", Cancel); // 25 s
        foreach (var host in new[] { "vms101", "vms100" })
        {
            Assert.True((await lab.DoAsync(["kill", host, "node"], Cancel)).Succeeded);
            Assert.True((await lab.DoAsync(["start", host, "node"], Cancel)).Succeeded);
            await lab.EventuallyAsync(host, "calicoctl node status | grep Established", Soon, Cancel);
        }

        Assert.True((await lab.DoAsync(["restart", "vms101", "node"], Cancel)).Succeeded); // as an upgrade does it
        await lab.EventuallyAsync("vms101", "calicoctl node status | grep Established", Soon, Cancel);
        Assert.Contains("500 packets transmitted, 500 received", await pinging, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_writes_the_status_that_is_asked_for()
    {
        await using var lab = await LabHosts.UpAsync(["--hosts", "2", "--engine", "none"], Cancel);
        await TwoWorkloadsAsync(lab);
        const string Asked = """
            apiVersion: projectcalico.org/v3
            kind: CalicoNodeStatus
            metadata: {name: mine}
            spec: {node: vms101, classes: [Agent, BGP, Routes], updatePeriodSeconds: 1}
            """;
        var applied = await lab.ExecAsync("vms100", ["calicoctl", "apply", "-f", "-"], Cancel, Asked);
        Assert.True(applied.Succeeded, applied.Said);

        var status = await lab.EventuallyAsync("vms100", "calicoctl get caliconodestatus mine -o yaml >/tmp/status && grep -q 'peerIP: 192.168.26.100' /tmp/status && cat /tmp/status", Soon, Cancel);

        foreach (var expected in new[] { "state: Ready", "routerID: 192.168.26.101", "peerIP: 192.168.26.100", "type: NodeMesh", "state: Established", "sourceType: NodeMesh", "sourceType: Direct", "type: FIB" })
            Assert.Contains(expected, status, StringComparison.Ordinal);
        Assert.Contains("mine   vms101   Agent,BGP,Routes", await lab.ShellAsync("vms100", "calicoctl get nodestatus -o wide", Cancel), StringComparison.Ordinal);
    }

    /// <returns>The address of the one on the second host, which the one on the first reaches.</returns>
    private static async Task<string> TwoWorkloadsAsync(LabHosts lab)
    {
        var first = await lab.DoAsync(["run", "vms100", "one"], Cancel);
        var second = await lab.DoAsync(["run", "vms101", "two"], Cancel);
        Assert.True(first.Succeeded && second.Succeeded, $"{first.Said}\n{second.Said}");
        var address = second.Output.Trim();
        await lab.EventuallyAsync("vms100", $"ip netns exec one ping -c1 -W1 {address}", Soon, Cancel);
        return address;
    }
}
