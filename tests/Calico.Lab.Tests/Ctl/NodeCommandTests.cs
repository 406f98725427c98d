using Calico.Lab.Tests.Support;

namespace Calico.Lab.Tests.Ctl;

/// <summary><c>calicoctl node</c> with the real calico-node, on a host of a lab.</summary>
public sealed class NodeCommandTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_node_is_stopped_started_and_looked_at()
    {
        await using var lab = await LabHosts.UpAsync(["--hosts", "1", "--engine", "none"], Cancel);
        Assert.StartsWith("Calico process is running.", await lab.ShellAsync("vms100", "calicoctl node status", Cancel), StringComparison.Ordinal);

        Assert.StartsWith("Calico node stopped", await lab.ShellAsync("vms100", "calicoctl node stop", Cancel), StringComparison.Ordinal);
        var status = await lab.ExecAsync("vms100", ["calicoctl", "node", "status"], Cancel);
        Assert.Equal(1, status.ExitStatus);
        Assert.StartsWith("Calico process is not running.", status.Error, StringComparison.Ordinal);

        // A name that no node can have: the node says so and ends, and so does the command.
        var refused = await lab.ExecAsync("vms100", ["calicoctl", "node", "run", "--name", "Bad_Name"], Cancel);
        Assert.Equal(1, refused.ExitStatus);
        Assert.Contains("calico-node ended with status 1", refused.Error, StringComparison.Ordinal);
        Assert.Contains("'Bad_Name' cannot be a node's name", refused.Error, StringComparison.Ordinal);

        // As the walkthrough starts it.
        var started = await lab.ShellAsync("vms100", "calicoctl node run --node-image=calico/node -c /etc/calico/calicoctl.cfg 2>&1", Cancel);
        Assert.Contains("the image calico/node is not used", started, StringComparison.Ordinal);
        Assert.Contains("Calico node started successfully\nIts log is /var/log/calico/calico-node.log", started, StringComparison.Ordinal);
        Assert.Contains("Calico node is already running", await lab.ShellAsync("vms100", "calicoctl node run", Cancel), StringComparison.Ordinal);

        // Whoever is on the host may ask how the node is.
        Assert.Equal("666", await lab.ShellAsync("vms100", "stat -c %a /run/calico/node.sock", Cancel));
        Assert.Contains("\"node\":\"vms100\"", await lab.ShellAsync("vms100", "calicoctl node status -o json", Cancel), StringComparison.Ordinal);
        Assert.Contains("vms100   (64512)   192.168.26.100/24", await lab.ShellAsync("vms100", "calicoctl get nodes -o wide", Cancel), StringComparison.Ordinal);
    }
}
