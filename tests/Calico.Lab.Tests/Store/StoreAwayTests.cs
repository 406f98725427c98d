using Calico.Lab.Plan;
using Calico.Lab.State;
using Calico.Lab.Tests.Support;
using Microsoft.Data.Sqlite;

namespace Calico.Lab.Tests.Store;

/// <summary>Two hosts with real Docker whose store goes away and comes back: containers start and end, traffic and policy hold, and in the end all agrees.</summary>
public sealed class StoreAwayTests
{
    private const string Closed =
        """
        apiVersion: projectcalico.org/v3
        kind: GlobalNetworkPolicy
        metadata: {name: closed}
        spec:
          selector: closed == 'yes'
          types: [Ingress]
          ingress: [{action: Deny}]
        """;

    private const string Network = "calnet1", Fixed = "192.168.97.1";

    private static readonly string[] Hosts = ["vms100", "vms101"];
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(40);
    private static readonly TimeSpan StaleEndpointsTime = TimeSpan.FromSeconds(30);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <remarks>dockerd's own cluster store would be away with etcd, so it runs without one here, as every engine since 23.0 does.</remarks>
    [Fact]
    public async Task With_etcd_gone_containers_start_a_killed_node_and_a_host_come_back_and_policy_holds_and_when_etcd_returns_all_agrees()
    {
        await using var lab = await LabHosts.UpAsync(["--hosts", "2", "--datastore", "etcd"], Cancel);
        foreach (var host in Hosts)
        {
            await RememberAsync(lab, host, "dockerd", "sed 's/--cluster-store=[^ ]*//'");
            await DoAsync(lab, "stop", host, "docker");
            await AgainAsync(lab, host, "dockerd");
            await lab.EventuallyAsync(host, "docker ps", Soon, Cancel);
            await RememberAsync(lab, host, "etcd", "cat");
        }

        await PrepareAsync(lab);
        foreach (var host in Hosts)
            await DoAsync(lab, "kill", host, "etcd");
        await lab.EventuallyAsync("vms100", "calicoctl node status | grep 'Datastore away: '", Soon, Cancel);

        await StartAsync(lab, "vms100", "during", "no");
        await StartAsync(lab, "vms101", "shut", "yes");
        await AssertReachAsync(lab);
        await lab.ShellAsync("vms100", "docker rm -f brief && docker run --rm --net=calnet1 busybox true", Cancel);

        await DoAsync(lab, "kill", "vms100", "node");
        await DoAsync(lab, "start", "vms100", "node");
        Assert.Contains("working from what was known", await lab.ShellAsync("vms100", "calicoctl node status", Cancel), StringComparison.Ordinal);
        await StartAsync(lab, "vms100", "after", "yes");
        await AssertReachAsync(lab);
        Assert.False(await ReachesAsync(lab, "vms101", "there", await AddressAsync(lab, "vms100", "after")));
        await LostNothingAsync(lab);

        await SwitchOffAndOnAsync(lab);
        foreach (var host in Hosts)
            await AgainAsync(lab, host, "etcd");
        await AgreeAsync(lab, ["after", "before", "during", "shut", "there"]);
        await GoneIsGoneAsync(lab);
    }

    /// <remarks>What holds the lock is another process, as far as SQLite is concerned: another connection to the file.</remarks>
    [Fact]
    public async Task With_the_embedded_store_locked_by_another_program_containers_start_and_it_learns_of_them_after()
    {
        await using var lab = await LabHosts.UpAsync(["--hosts", "2"], Cancel);
        await PrepareAsync(lab);
        var path = new SqliteConnectionStringBuilder { DataSource = Path.Combine(new LabFolder(lab.Name).Shared, "calico.db"), Pooling = false };
        await using (var other = new SqliteConnection(path.ConnectionString))
        {
            await other.OpenAsync(Cancel);
            await using var command = other.CreateCommand();
            command.CommandText = "BEGIN IMMEDIATE";
            await command.ExecuteNonQueryAsync(Cancel);
            await StartAsync(lab, "vms100", "during", "no");
            await StartAsync(lab, "vms101", "shut", "yes");
            await AssertReachAsync(lab);
            await lab.ShellAsync("vms100", "docker rm -f brief && docker run --rm --net=calnet1 busybox true", Cancel);
            command.CommandText = "ROLLBACK";
            await command.ExecuteNonQueryAsync(Cancel);
        }

        await AgreeAsync(lab, ["before", "during", "shut", "there"]);
        await LostNothingAsync(lab);
        await GoneIsGoneAsync(lab);
    }

    /// <summary>A host whose node and Docker start while there is no store: its containers are all back, where they were if that was theirs, and under policy.</summary>
    /// <remarks>
    /// Docker is started first, so that it waits for the node's drivers, which must not wait for the store. The power goes just when it has asked for a
    /// container's address: nobody will ever give that back, and the container is refused it until the node sees that.
    /// </remarks>
    private static async Task SwitchOffAndOnAsync(LabHosts lab)
    {
        await lab.ShellAsync("vms100", "docker stop -t0 before", Cancel);
        await AskAsync(lab, Machine.Host(0), $$"""{"PoolID":"CalicoPoolIPv4","Address":"{{Fixed}}"}""");
        await DoAsync(lab, "kill", "vms100", "all");
        await DoAsync(lab, "boot", "vms100");
        await AgainAsync(lab, "vms100", "dockerd");
        await DoAsync(lab, "start", "vms100", "node");
        Assert.Contains("working from what was known", await lab.ShellAsync("vms100", "calicoctl node status", Cancel), StringComparison.Ordinal);
        await lab.EventuallyAsync("vms100", "[ $(docker ps -q | wc -l) = 2 ]", Soon, Cancel);
        Assert.Contains($"{Fixed} cannot be had", await lab.ShellAsync("vms100", "docker inspect -f '{{.State.Error}}' before", Cancel), StringComparison.Ordinal);
        await lab.EventuallyAsync("vms100", "[ $(docker ps -q | wc -l) = 3 ]", StaleEndpointsTime + Soon, Cancel);
        Assert.Equal(Fixed, await AddressAsync(lab, "vms100", "before"));
        await lab.EventuallyAsync("vms101", $"docker exec there ping -c1 -W1 {Fixed}", Soon, Cancel); // the hosts' sessions are there again
        await AssertReachAsync(lab);
        Assert.False(await ReachesAsync(lab, "vms101", "there", await AddressAsync(lab, "vms100", "after")));
    }

    /// <summary>Asks a host's IPAM driver for an address, as Docker does.</summary>
    private static async Task AskAsync(LabHosts lab, Machine host, string request)
    {
        using var driver = lab.ClientOf(host, "/run/docker/plugins/calico-ipam.sock");
        using var answer = await driver.PostAsync(new Uri("http://driver/IpamDriver.RequestAddress"), new StringContent(request), Cancel);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Cancel));
    }

    /// <summary>A network, a policy, three containers, and both hosts with their reserve.</summary>
    private static async Task PrepareAsync(LabHosts lab)
    {
        await lab.ShellAsync("vms100", $"docker network create --driver calico --ipam-driver calico-ipam --subnet 192.168.0.0/16 {Network}", Cancel);
        await lab.EventuallyAsync("vms101", $"docker network inspect {Network}", Soon, Cancel);
        var made = await lab.ExecAsync("vms100", ["sh", "-c", "cat >/run/closed.yaml && calicoctl create -f /run/closed.yaml"], Cancel, Closed);
        Assert.True(made.Succeeded, made.Said);
        await StartAsync(lab, "vms100", "before", "no", $"--ip {Fixed}");
        await StartAsync(lab, "vms100", "brief", "no");
        await StartAsync(lab, "vms101", "there", "no");
        await lab.EventuallyAsync("vms100", "calicoctl ipam show | grep -q '[^0-9]19 ('", Soon, Cancel); // three containers, and eight addresses of each host's
        var there = await AddressAsync(lab, "vms101", "there");
        await lab.EventuallyAsync("vms100", $"docker exec before ping -c1 -W1 {there}", Soon, Cancel);
        await lab.ShellAsync("vms100", $"docker exec -d before sh -c 'ping {there} >/tmp/pings'", Cancel);
    }

    /// <summary>Containers of this time and of before reach each other across hosts, but for the one that policy closes.</summary>
    private static async Task AssertReachAsync(LabHosts lab)
    {
        var during = await AddressAsync(lab, "vms100", "during");
        Assert.True(await ReachesAsync(lab, "vms101", "there", during), "there does not reach during");
        Assert.True(await ReachesAsync(lab, "vms100", "before", during), "before does not reach during");
        Assert.True(await ReachesAsync(lab, "vms101", "shut", during), "shut does not reach during");
        Assert.False(await ReachesAsync(lab, "vms100", "during", await AddressAsync(lab, "vms101", "shut")), "during reaches shut");
    }

    /// <summary>The store has exactly these containers, and the books of addresses close.</summary>
    private static async Task AgreeAsync(LabHosts lab, string[] containers)
    {
        var names = string.Join(' ', containers);
        var list = "calicoctl get workloadendpoints -o yaml | sed -n 's/.*projectcalico.org\\/container: //p' | sort -u | xargs";
        await lab.EventuallyAsync("vms100", $"test \"$({list})\" = '{names}'", Soon, Cancel);
        foreach (var host in Hosts)
            await lab.EventuallyAsync(host, "calicoctl node status >/run/status-seen && ! grep -E 'Datastore|Not ready' /run/status-seen", Soon, Cancel);
        await lab.EventuallyAsync("vms100", "calicoctl ipam check --show-problem-ips", Soon, Cancel);
        await AssertReachAsync(lab);
    }

    /// <summary>The traffic of all the time.</summary>
    private static async Task LostNothingAsync(LabHosts lab)
    {
        await lab.ShellAsync("vms100", "docker exec before sh -c 'kill -INT $(pidof ping)'", Cancel);
        var said = await lab.EventuallyAsync("vms100", "docker exec before tail -3 /tmp/pings | grep 'packets transmitted'", Soon, Cancel);
        Assert.Contains(" 0% packet loss", said, StringComparison.Ordinal);
    }

    private static async Task GoneIsGoneAsync(LabHosts lab)
    {
        await lab.ShellAsync("vms100", "docker rm -f $(docker ps -aq)", Cancel);
        await lab.ShellAsync("vms101", "docker rm -f $(docker ps -aq)", Cancel);
        await lab.EventuallyAsync("vms100", "test -z \"$(calicoctl get workloadendpoints -o name)\" && calicoctl ipam check", Soon, Cancel);
    }

    private static Task<string> StartAsync(LabHosts lab, string host, string name, string closed, string more = "") =>
        lab.ShellAsync(host, $"docker run -itd --restart=always --name {name} --net={Network} {more} --label org.projectcalico.label.closed={closed} busybox", Cancel);

    private static Task<string> AddressAsync(LabHosts lab, string host, string container) =>
        lab.ShellAsync(host, $"docker inspect -f '{{{{.NetworkSettings.Networks.calnet1.IPAddress}}}}' {container}", Cancel);

    private static async Task<bool> ReachesAsync(LabHosts lab, string host, string container, string address) =>
        (await lab.ExecAsync(host, ["docker", "exec", container, "ping", "-c1", "-W2", address], Cancel)).Succeeded;

    /// <summary>Notes how a daemon was started, to start it so again, where a host that was off finds it, too.</summary>
    private static Task<string> RememberAsync(LabHosts lab, string host, string program, string edit) =>
        lab.ShellAsync(host, $"tr '\\0' ' ' </proc/$(pidof {program})/cmdline | {edit} >/var/log/calico/{program}.command", Cancel);

    private static Task<string> AgainAsync(LabHosts lab, string host, string program) =>
        lab.ShellAsync(host, $"setsid sh -c \"exec $(cat /var/log/calico/{program}.command)\" >>/var/log/calico/{program}.again.log 2>&1 </dev/null &", Cancel);

    private static async Task DoAsync(LabHosts lab, params string[] words)
    {
        var result = await lab.DoAsync(words, Cancel);
        Assert.True(result.Succeeded, result.Said);
    }
}
