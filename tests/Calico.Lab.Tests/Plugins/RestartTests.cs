namespace Calico.Lab.Tests.Plugins;

/// <summary>Fifty containers that are to be up always, and what ends around them.</summary>
[Collection(DockerHosts.Collection)]
public sealed class RestartTests(DockerHosts hosts)
{
    private const int Count = 50;

    /// <summary>Docker starts them a few at a time; on a loaded machine fifty take their time.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(150);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Fifty_containers_are_back_after_every_order_of_ends_and_starts_and_nothing_is_left_over()
    {
        await hosts.ShellAsync("vms100", "docker network create --driver calico --ipam-driver calico-ipam --subnet 192.168.0.0/16 r-net");
        await hosts.Lab.EventuallyAsync("vms101", "docker network inspect r-net", TimeSpan.FromSeconds(15), Cancel);
        var before = await hosts.TracesAsync("vms101");
        await hosts.ShellAsync("vms101", $$"""
            for n in $(seq 1 {{Count}}); do
                fixed=; [ $n -gt 10 ] || fixed="--ip 192.168.97.$n"
                echo "run -d --name r-$n --restart=always --net=r-net $fixed busybox sleep 1000000"
            done | xargs -P 4 -L 1 docker >/dev/null
            """);
        await AllAreBackAsync();

        await DoAsync("kill", "docker");
        await DoAsync("start", "docker");
        await AllAreBackAsync(); // dockerd killed and started

        await DoAsync("kill", "node");
        await DoAsync("kill", "docker");
        await DoAsync("start", "node");
        await DoAsync("start", "docker");
        await AllAreBackAsync(); // both killed, the node started first

        await DoAsync("kill", "all");
        await DoAsync("start", "all");
        await AllAreBackAsync(); // the host switched off and on

        await hosts.ShellAsync("vms101", $"seq -f r-%g 1 {Count} | xargs -P 4 -n 10 docker rm -f >/dev/null");
        await hosts.ShellAsync("vms101", "docker network rm r-net");
        Assert.Equal(before, await hosts.TracesAsync("vms101"));
        await LeasesAreAsync(0);
    }

    /// <summary>All run, with as many endpoints, links, routes and leases, those with an address of their own have it, and all are reached from the other host.</summary>
    private async Task AllAreBackAsync()
    {
        await hosts.Lab.EventuallyAsync("vms101", $"[ $(docker ps -q --filter name=r- | wc -l) = {Count} ]", Patience, Cancel);
        await hosts.Lab.EventuallyAsync("vms101", $"[ $(calicoctl get workloadendpoints -o yaml | grep -c 'projectcalico.org/container: r-') = {Count} ]", Patience, Cancel);
        Assert.Equal($"{Count}", await hosts.ShellAsync("vms101", "ip -o link | grep -c 'cali[0-9a-f]*@'"));
        Assert.Equal("10", await hosts.ShellAsync("vms101", "ip -4 route | grep -c '^192.168.97.[0-9]* dev cali'"));
        await LeasesAreAsync(Count);

        var addresses = await hosts.ShellAsync("vms101", "ip -4 route | grep -o '^192[0-9.]* dev cali' | cut -d' ' -f1");
        Assert.Equal(Count, addresses.Split('\n').Length);
        await hosts.Lab.EventuallyAsync(
            "vms100",
            $"for a in {addresses.Replace('\n', ' ')}; do ping -c1 -W2 $a >/dev/null & pids=\"$pids $!\"; done; for p in $pids; do wait $p || exit 1; done",
            TimeSpan.FromSeconds(30),
            Cancel);
    }

    /// <summary>The two hosts have given out so many addresses, and none that nobody has.</summary>
    private Task<string> LeasesAreAsync(int count) =>
        hosts.Lab.EventuallyAsync("vms101", $"calicoctl ipam check | grep 'record {count} allocations'", Patience, Cancel);

    private async Task DoAsync(string verb, string what, string host = "vms101")
    {
        var result = await hosts.Lab.DoAsync([verb, host, what], Cancel);
        Assert.True(result.Succeeded, result.Said);
    }
}
