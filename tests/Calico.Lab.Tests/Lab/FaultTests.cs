using Calico.Lab.Tests.Support;

namespace Calico.Lab.Tests.Lab;

/// <summary>The faults that the lab can cause, with etcd on the hosts.</summary>
public sealed class FaultTests
{
    private static readonly TimeSpan _soon = TimeSpan.FromSeconds(20);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Cuts_let_nothing_pass_one_way_or_both_until_healed()
    {
        await using var lab = await LabHosts.UpAsync(["--hosts", "3", "--engine", "none", "--node", "manual"], Cancel);
        // What goes from vms100 to vms101 is heard there, or not; the other direction stays open for the answer.
        const string heard = "ping -c1 -W1 192.168.26.101 >/dev/null";

        await DoAsync(lab, "cut", "vms100", "vms101", "--one-way");
        Assert.False((await lab.ExecAsync("vms100", ["sh", "-c", heard], Cancel)).Succeeded);
        Assert.Equal("cut: vms100 to vms101", await CutsAsync(lab));
        await lab.ShellAsync("vms100", "ping -c1 -W2 192.168.26.102", Cancel);
        await lab.ShellAsync("vms102", "ping -c1 -W2 192.168.26.101", Cancel);

        await DoAsync(lab, "cut", "vms100", "vms101");
        Assert.Equal("cut: vms100 to vms101\ncut: vms101 to vms100", await CutsAsync(lab));

        await DoAsync(lab, "heal");
        await lab.EventuallyAsync("vms100", heard, _soon, Cancel);
        Assert.Empty(await CutsAsync(lab));
    }

    [Fact]
    public async Task Daemons_and_whole_hosts_end_and_come_back_and_etcd_and_containers_with_them()
    {
        await using var lab = await LabHosts.UpAsync(["--hosts", "3", "--datastore", "etcd", "--node", "manual"], Cancel);
        Assert.Equal(3, (await lab.ShellAsync("vms102", "etcdctl member list", Cancel)).Split('\n').Count(line => line.Contains(", started, ", StringComparison.Ordinal)));
        Assert.Contains("Cluster Store: etcd://192.168.26.100:2379", await lab.ShellAsync("vms101", "docker info 2>/dev/null", Cancel), StringComparison.Ordinal);
        await lab.ShellAsync("vms101", "docker run -itd --name 192.168.26.101 --restart=always busybox", Cancel);
        const string running = "docker ps --format '{{.Names}} {{.Status}}' | grep '192.168.26.101 Up'";

        await DoAsync(lab, "kill", "vms101", "docker");
        Assert.False((await lab.ExecAsync("vms101", ["docker", "ps"], Cancel)).Succeeded);
        await DoAsync(lab, "start", "vms101", "docker");
        await lab.EventuallyAsync("vms101", running, _soon, Cancel);

        await DoAsync(lab, "restart", "vms101", "etcd");
        await lab.ShellAsync("vms101", "etcdctl put /a b && etcdctl get /a", Cancel);

        await DoAsync(lab, "kill", "vms101", "all");
        Assert.Contains("vms101 is off: calico-lab start", (await lab.ExecAsync("vms101", ["true"], Cancel)).Error, StringComparison.Ordinal);
        Assert.False((await lab.ExecAsync("vms100", ["ping", "-c1", "-W1", "192.168.26.101"], Cancel)).Succeeded);
        await lab.ShellAsync("vms100", "etcdctl put /a c", Cancel);
        await DoAsync(lab, "start", "vms101", "all");
        await lab.EventuallyAsync("vms101", running, _soon, Cancel);
        Assert.Equal("/a\nc", await lab.ShellAsync("vms101", "etcdctl get /a", Cancel));
    }

    /// <summary>The dead container's endpoint is still in the store then, with no interface, and only Docker, which starts after the node, can say so.</summary>
    [Fact]
    public async Task A_host_that_lost_its_power_comes_back_with_its_containers_on_calico_networks()
    {
        await using var lab = await LabHosts.UpAsync(["--hosts", "2"], Cancel);
        await lab.ShellAsync("vms100", "docker network create --driver calico --ipam-driver calico-ipam calnet1", Cancel);
        await lab.EventuallyAsync("vms101", "docker network inspect calnet1", _soon, Cancel);
        await lab.ShellAsync("vms100", "docker run -itd --name one --net=calnet1 busybox", Cancel);
        await lab.ShellAsync("vms101", "docker run -itd --name two --net=calnet1 --restart=always busybox", Cancel);

        await DoAsync(lab, "kill", "vms101", "all");
        await DoAsync(lab, "start", "vms101", "all");

        var address = await lab.EventuallyAsync("vms101", "docker exec two ip -4 -o addr show cali0 | grep -o '192[0-9.]*' | head -1 | grep .", _soon, Cancel);
        await lab.EventuallyAsync("vms100", $"docker exec one ping -c1 -W1 {address.Trim()}", _soon, Cancel);
    }

    private static async Task<string> CutsAsync(LabHosts lab) =>
        string.Join('\n', (await DoAsync(lab, "status")).Split('\n').Where(line => line.StartsWith("cut: ", StringComparison.Ordinal)));

    private static async Task<string> DoAsync(LabHosts lab, params string[] words)
    {
        var result = await lab.DoAsync(words, Cancel);
        Assert.True(result.Succeeded, result.Said);
        return result.Output;
    }
}
